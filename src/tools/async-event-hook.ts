/** An event that is over when all who handle it are done. The idea is asynq's `AsyncEventHook`. */
import { Subscription } from 'rxjs';
import { describeKeys } from '../core/describe';
import { all, allSettled } from '../future/all';
import type { Future } from '../future/future';
import { task } from '../task/task';
import { asTask } from './call-task';

type Handle<A extends readonly unknown[]> = (...args: A) => Future<unknown>;

/**
 * Handlers are tasks or other functions. All that are subscribed when the event is triggered run together, so that what
 * they ask for goes in the fewest flushes.
 *
 * @example
 * const signedUp = new AsyncEventHook<[user: string]>();
 * signedUp.subscribe(task(function* (user: string) { yield* welcome(user); }));
 * signedUp.trigger('Ada').subscribe({ complete: () => console.log('welcomed') });
 */
export class AsyncEventHook<A extends readonly unknown[] = []> {
  /** A handler may be subscribed twice: then it is called twice. */
  readonly #handlers = new Map<Subscription, Handle<A>>();

  /** How many handlers there are. */
  get size(): number {
    return this.#handlers.size;
  }

  /**
   * Calls it with each event from now on, until the subscription is closed.
   *
   * @throws TypeError at once if it is given no function.
   */
  subscribe(handler: (...args: A) => unknown): Subscription {
    const handle = asTask('AsyncEventHook: a handler', handler);
    const subscription = new Subscription(() => void this.#handlers.delete(subscription));
    this.#handlers.set(subscription, handle);
    return subscription;
  }

  /**
   * A future of the end of all handlers; it triggers the event when it is subscribed to. Fails with the first failure,
   * and unsubscribes from the rest.
   */
  trigger(...args: A): Future<void> {
    return triggering(() => this.#handled(args));
  }

  /**
   * The same, but all handlers come to their end, whatever fails. Then it fails with the failure, if there was one; with
   * an `AggregateError` of them, in the order of the handlers, if there were more. asynq's `safe_trigger`.
   */
  safeTrigger(...args: A): Future<void> {
    return triggeringSafely(() => this.#handled(args));
  }

  #handled(args: A): Future<unknown>[] {
    return Array.from(this.#handlers.values(), (handle) => handle(...args));
  }
}

type Handled = () => readonly Future<unknown>[];

const triggering = task(function* trigger(handled: Handled): Generator<unknown, void, unknown> {
  yield* all(handled());
});

const triggeringSafely = task(function* safeTrigger(handled: Handled): Generator<unknown, void, unknown> {
  const results = yield* allSettled(handled());
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
      'Each failure is in errors.',
    { cause: errors[0] },
  );
