/**
 * `node:async_hooks`, for Node. The build imports this file as `#async-hooks`: `imports` of package.json chooses it under
 * the condition `node`, and `optional-async-hooks` elsewhere.
 */
import * as nodeAsyncHooks from 'node:async_hooks';

export type AsyncHooks = Pick<
  typeof nodeAsyncHooks,
  'AsyncLocalStorage' | 'AsyncResource' | 'createHook' | 'executionAsyncId' | 'executionAsyncResource'
>;

export const asyncHooks: AsyncHooks | undefined = nodeAsyncHooks;
