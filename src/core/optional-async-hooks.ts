/**
 * The module `node:async_hooks` where the platform has it, without an import. The `imports` of package.json choose this file
 * by default. Node provides the module at run time from version 20.16 on, which is used by tests in jsdom.
 */
import type { AsyncHooks } from './node-async-hooks';

const { process } = globalThis as {
  /** Missing in the `process` object that bundlers insert for browsers. */
  process?: { getBuiltinModule?: (name: 'node:async_hooks') => AsyncHooks | undefined };
};

export const asyncHooks: AsyncHooks | undefined = process?.getBuiltinModule?.('node:async_hooks');
