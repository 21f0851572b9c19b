/** Equal calls that overlap share one run. The idea is asynq's `deduplicate`. */
import { checkOptions } from '../../core/options';
import type { Future } from '../../future/future';
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

export interface Deduped<This, A extends readonly unknown[], V> extends ClearControls<A> {
  (this: This, ...args: A): Future<V>;
}

/**
 * A task whose equal calls share one run while that run lasts; a later call runs `fn` again. The run is cancelled when
 * its last waiter unsubscribes. It sees no context of its callers, because they may be many. Calls on different objects
 * (`this`) are different. The source is asynq's `deduplicate`.
 *
 * A call from within its own run, also through other tasks or after a wait, does not wait for that run: it gets a run of
 * its own. A call through a batch function, an Observable, a promise or `start()` is not recognised: both then wait for
 * ever.
 *
 * `clear(...args)` makes the next equal call run anew; `clearAll()` makes every next call run anew.
 *
 * A generic function keeps its type parameters if it is a task: wrap the function with `task` first.
 *
 * @param fn - A task or another function.
 * @throws TypeError at once if `fn` is not a function, or an option is invalid.
 * @example
 * const load = dedupe(async (id: number) => (await fetch(`/users/${id}`)).json());
 * all([load(7), load(7)]).subscribe(console.log); // one request
 */
export function dedupe<F extends (this: never, ...args: never) => Future<unknown>>(
  fn: F,
  ...config: ForTask<F, [config?: KeyConfig<Parameters<F>>]>
): F & ClearControls<Parameters<F>>;
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
  return Object.assign(
    sharedFunction('dedupe', fn, (self, args) => ({ calls, identity: keys.on(self, args) })),
    {
      clear: (...args: A): void => {
        checkClearArguments('dedupe', fn, args);
        for (const identity of keys.onAny(args)) calls.clear(identity);
      },
      clearAll: (): void => calls.clearAll(),
    },
  );
}
