/** An event whose trigger waits for all handlers. The idea is asynq's `AsyncEventHook`. */
import { Subscription } from 'rxjs';
import { describeKeys } from '../core/describe';
import { all, allSettled } from '../future/all';
import type { Future } from '../future/future';
import { task } from '../task/task';
import { asTask } from './call-task';

type Handler<A extends readonly unknown[]> = (...args: A) => Future<unknown>;

/**
 * An event hook calls every subscribed handler with the arguments of the event and waits until all of them have ended.
 * Handlers are tasks or other functions. The handlers of one event run together, so what they request is loaded in the
 * fewest flushes. The source is asynq's `AsyncEventHook`.
 *
 * @example
 * const signedUp = new AsyncEventHook<[user: string]>();
 * signedUp.subscribe(task(function* (user: string) { yield* welcome(user); }));
 * signedUp.trigger('Ada').subscribe({ complete: () => console.log('welcomed') });
 */
export class AsyncEventHook<A extends readonly unknown[] = []> {
  /** Keyed by subscription: a handler that is subscribed twice is called twice. */
  readonly #handlers = new Map<Subscription, Handler<A>>();

  /** Number of subscribed handlers. */
  get size(): number {
    return this.#handlers.size;
  }

  /**
   * Calls `handler` for each later event, until the returned subscription is closed.
   *
   * @param handler - A task or another function; the event waits for its result.
   * @throws TypeError at once if `handler` is not a function.
   */
  subscribe(handler: (...args: A) => unknown): Subscription {
    const handlerTask = asTask('AsyncEventHook: a handler', handler);
    const subscription = new Subscription(() => void this.#handlers.delete(subscription));
    this.#handlers.set(subscription, handlerTask);
    return subscription;
  }

  /**
   * A future that completes when all handlers have ended. Each subscription to the future triggers the event. The future
   * fails with the first failure of a handler and unsubscribes from the other handlers.
   *
   * @param args - The arguments of the event.
   */
  trigger(...args: A): Future<void> {
    return triggerTask(() => this.#callHandlers(args));
  }

  /**
   * A future like that of `trigger`, but every handler runs to its end, also when another one fails. The future then
   * fails with the only failure, or with an `AggregateError` of several failures in the order of the handlers. The source
   * is asynq's `safe_trigger`.
   *
   * @param args - The arguments of the event.
   */
  safeTrigger(...args: A): Future<void> {
    return safeTriggerTask(() => this.#callHandlers(args));
  }

  #callHandlers(args: A): Future<unknown>[] {
    return Array.from(this.#handlers.values(), (handler) => handler(...args));
  }
}

type CallHandlers = () => readonly Future<unknown>[];

const triggerTask = task(function* trigger(callHandlers: CallHandlers): Generator<unknown, void, unknown> {
  yield* all(callHandlers());
});

const safeTriggerTask = task(function* safeTrigger(callHandlers: CallHandlers): Generator<unknown, void, unknown> {
  const results = yield* allSettled(callHandlers());
  const errors: unknown[] = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw severalFailed(errors, results.length);
});

const severalFailed = (errors: readonly unknown[], handlers: number): AggregateError =>
  new AggregateError(
    errors,
    `${String(errors.length)} of ${String(handlers)} handlers of an event failed: ${describeKeys(errors)}. ` +
      'Each failure is in `errors`.',
    { cause: errors[0] },
  );
