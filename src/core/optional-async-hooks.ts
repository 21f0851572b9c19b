/**
 * `node:async_hooks` without an import of it, for platforms that may lack it: what `imports` of package.json chooses by
 * default. Node itself gives it at run time from version 20.16 on, which serves tests in jsdom.
 */
import type { AsyncHooks } from './node-async-hooks';

const { process } = globalThis as {
  /** What bundlers put in its place has no such function. */
  process?: { getBuiltinModule?: (name: 'node:async_hooks') => AsyncHooks | undefined };
};

export const asyncHooks: AsyncHooks | undefined = process?.getBuiltinModule?.('node:async_hooks');
