/** A task that keeps the results of a bounded number of calls. The idea is asynq's `alru_cache`. */
import { checkOptions } from '../../core/options';
import { currentScheduler } from '../../scheduler/batch-scheduler';
import type { Future } from '../../future/future';
import { BoundedStore } from '../../batch/cache/bounded-store';
import { checkBounds } from '../../batch/cache/cache';
import type { CacheBounds } from '../../batch/cache/cache-store';
import type { TaskResult } from '../../task/task';
import { CallKeys } from './call-keys';
import { SharedCalls } from './shared-calls';
import { sharedFunction } from './shared-function';
import {
  checkClearArguments,
  checkedFunction,
  checkedKey,
  type ClearControls,
  type ForTask,
  type KeyConfig,
} from '../tool-config';

export interface MemoizeLruConfig<A extends readonly unknown[]> extends CacheBounds, KeyConfig<A> {}

export interface MemoizedLru<This, A extends readonly unknown[], V> extends ClearControls<A> {
  (this: This, ...args: A): Future<V>;
}

/**
 * A task that calls `fn` once for all calls with equal arguments and keeps the result. It keeps the results of `max`
 * calls, and removes the least recently used result first; each is kept for `ttl` ms of the scheduler's clock. Failures
 * are not kept. Equal calls that overlap share one run, as in `dedupe`; calls on different objects (`this`) are
 * different. The source is asynq's `alru_cache`.
 *
 * Results are shared by all schedulers. A result from a `TestScheduler.run` is forgotten at the end of that run.
 *
 * `clear(...args)` forgets the calls with these arguments; `clearAll()` forgets all calls.
 *
 * A generic function keeps its type parameters if it is a task: wrap the function with `task` first.
 *
 * @param fn - A task or another function.
 * @throws TypeError at once if `fn` is not a function, or an option is invalid.
 * @example
 * const rate = memoizeLru(loadRate, { max: 100, ttl: 60_000 });
 * all([rate('EUR'), rate('EUR')]).subscribe(console.log); // loaded once
 */
export function memoizeLru<F extends (this: never, ...args: never) => Future<unknown>>(
  fn: F,
  ...config: ForTask<F, [config?: MemoizeLruConfig<Parameters<F>>]>
): F & ClearControls<Parameters<F>>;
export function memoizeLru<This, A extends readonly unknown[], R>(
  fn: (this: This, ...args: A) => R,
  config?: MemoizeLruConfig<A>,
): MemoizedLru<This, A, TaskResult<R>>;
export function memoizeLru<This, A extends readonly unknown[], R>(
  fn: (this: This, ...args: A) => R,
  config: MemoizeLruConfig<A> = {},
): MemoizedLru<This, A, TaskResult<R>> {
  checkOptions('memoizeLru', config, ['max', 'ttl', 'key']);
  const bounds = checkedBounds('memoizeLru', config);
  const keys = new CallKeys(checkedFunction('memoizeLru', fn), checkedKey('memoizeLru', config));
  const calls = new SharedCalls<TaskResult<R>>(() => new BoundedStore(bounds, () => currentScheduler().now()));
  return Object.assign(
    sharedFunction('memoizeLru', fn, (self, args) => ({ calls, identity: keys.on(self, args) })),
    {
      clear: (...args: A): void => {
        checkClearArguments('memoizeLru', fn, args);
        for (const identity of keys.onAny(args)) calls.clear(identity);
      },
      clearAll: (): void => calls.clearAll(),
    },
  );
}

/** @throws TypeError if `max` is not a number of values, or `ttl` not a number of ms. */
export function checkedBounds(tool: string, { max, ttl }: CacheBounds): CacheBounds {
  const bounds = { ...(max !== undefined && { max }), ...(ttl !== undefined && { ttl }) };
  checkBounds(`${tool}: `, bounds);
  return bounds;
}
