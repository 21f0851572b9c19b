/** A task that remembers what it gave, of so many calls at most. The idea is asynq's `alru_cache`. */
import { invalidOption } from '../../core/describe';
import { checkOptions } from '../../core/options';
import { currentScheduler } from '../../scheduler/batch-scheduler';
import type { Future } from '../../future/future';
import { BoundedStore } from '../../batch/bounded-store';
import { cacheProblem, type CacheBounds } from '../../batch/cache';
import type { TaskResult } from '../../task/task';
import { CallKeys } from './call-keys';
import { SharedCalls } from './shared-calls';
import { sharedFunction } from './shared-function';
import { checkedFunction, checkedKey, type KeyConfig, type ForTask } from '../tool-config';

export interface MemoizeLruConfig<A extends readonly unknown[]> extends CacheBounds, KeyConfig<A> {}

/** What a memoized function has beside its call. */
interface LruControls<A extends readonly unknown[]> {
  /** Forgets the call with these arguments; what is on its way is told to those who wait, and not kept. */
  delete(...args: A): void;
  /** Forgets all. */
  clear(): void;
}

export interface MemoizedLru<This, A extends readonly unknown[], V> extends LruControls<A> {
  (this: This, ...args: A): Future<V>;
}

/**
 * Calls `fn` once for all calls with equal arguments, and keeps the value: of `max` calls (10 000), the least recently
 * used of which goes first, and for `ttl` ms of the scheduler's clock (for ever). Failures are not kept. Equal calls at
 * the same time share one run, as in `dedupe`; calls on different objects (`this`) are different.
 *
 * What is kept is for all schedulers. What is kept during a `TestScheduler.run` ends with it.
 *
 * A generic function keeps its type parameters if it is a task: make one of it first, with `task`.
 *
 * @throws TypeError at once if it is given no function, or a wrong option.
 * @example
 * const rate = memoizeLru(loadRate, { max: 100, ttl: 60_000 });
 * all([rate('EUR'), rate('EUR')]).subscribe(console.log); // loaded once
 */
export function memoizeLru<F extends (this: never, ...args: never) => Future<unknown>>(
  fn: F,
  ...config: ForTask<F, [config?: MemoizeLruConfig<Parameters<F>>]>
): F & LruControls<Parameters<F>>;
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
      delete: (...args: A): void => {
        for (const identity of keys.onAny(args)) calls.forget(identity);
      },
      clear: (): void => {
        calls.forgetAll();
      },
    },
  );
}

/** @throws TypeError if there is no such number of values, or of ms. */
export function checkedBounds(tool: string, { max, ttl }: CacheBounds): CacheBounds {
  const bounds = { ...(max !== undefined && { max }), ...(ttl !== undefined && { ttl }) };
  const problem = cacheProblem(bounds);
  // There, they are options of an option.
  if (problem) throw invalidOption(`${tool}: ${problem.option.replace('cache.', '')}`, problem.mustBe, problem.got);
  return bounds;
}
