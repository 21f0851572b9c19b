/** Equal calls at the same time are one call. The idea is asynq's `deduplicate`. */
import { checkOptions } from '../../core/options';
import type { Future } from '../../future/future';
import type { TaskResult } from '../../task/task';
import { CallKeys, isEmpty } from './call-keys';
import { SharedCalls } from './shared-calls';
import { sharedFunction } from './shared-function';
import { checkedFunction, checkedKey, type KeyConfig, type ForTask } from '../tool-config';

/** What a deduplicated function has beside its call. */
interface DedupeControls<A extends readonly unknown[]> {
  /** The next call with these arguments begins anew, though one is on its way; without any, each next call does. */
  invalidate(...args: A | []): void;
}

export interface Deduped<This, A extends readonly unknown[], V> extends DedupeControls<A> {
  (this: This, ...args: A): Future<V>;
}

/**
 * A task that, while a call of it is on its way, answers equal ones with what comes of that; afterwards it calls `fn`
 * anew. It is cancelled when nobody waits for it any more, and outside of the contexts of those who ask, who may be many.
 * Calls on different objects (`this`) are different.
 *
 * A call from within its own run, be it through other tasks or after a wait, does not wait for itself: it runs by
 * itself. Through a batch function, an Observable, a promise, or `start()`, that is not seen: then both wait for ever.
 *
 * A generic function keeps its type parameters if it is a task: make one of it first, with `task`.
 *
 * @throws TypeError at once if it is given no function, or a wrong option.
 * @example
 * const load = dedupe(async (id: number) => (await fetch(`/users/${id}`)).json());
 * all([load(7), load(7)]).subscribe(console.log); // one request
 */
export function dedupe<F extends (this: never, ...args: never) => Future<unknown>>(
  fn: F,
  ...config: ForTask<F, [config?: KeyConfig<Parameters<F>>]>
): F & DedupeControls<Parameters<F>>;
export function dedupe<This, A extends readonly unknown[], R>(
  fn: (this: This, ...args: A) => R,
  config?: KeyConfig<A>,
): Deduped<This, A, TaskResult<R>>;
export function dedupe<This, A extends readonly unknown[], R>(
  fn: (this: This, ...args: A) => R,
  config: KeyConfig<A> = {},
): Deduped<This, A, TaskResult<R>> {
  checkOptions('dedupe', config, ['key']);
  const keys = new CallKeys(checkedFunction('dedupe', fn), checkedKey('dedupe', config));
  const calls = new SharedCalls<TaskResult<R>>();
  const invalidate = (...args: A | []): void => {
    if (isEmpty(args)) calls.forgetAll();
    else for (const identity of keys.onAny(args)) calls.forget(identity);
  };
  return Object.assign(
    sharedFunction('dedupe', fn, (self, args) => ({ calls, identity: keys.on(self, args) })),
    { invalidate },
  );
}
