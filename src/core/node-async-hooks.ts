/**
 * The module `node:async_hooks`, on Node. The build imports this file as `#async-hooks`: the `imports` of package.json
 * choose this file under the condition `node`, and `optional-async-hooks` on other platforms.
 */
import * as nodeAsyncHooks from 'node:async_hooks';

export type AsyncHooks = Pick<
  typeof nodeAsyncHooks,
  'AsyncLocalStorage' | 'AsyncResource' | 'createHook' | 'executionAsyncId' | 'executionAsyncResource'
>;

export const asyncHooks: AsyncHooks | undefined = nodeAsyncHooks;
