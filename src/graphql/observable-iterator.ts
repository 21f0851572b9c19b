/** An Observable as the event stream of a subscription, which graphql-js wants as an async iterator. */
import type { Observable, Subscription } from 'rxjs';
import { Fifo } from '../core/fifo';
import { failure, success, unwrap, type Settlement } from '../core/outcome';

interface PendingEvent<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Subscribes at once, so that no event is missed before the first `next()`. Events that come faster than they are pulled
 * wait in a queue without bound; operators such as `throttleTime` bound the source.
 */
export class ObservableIterator<T> implements AsyncIterableIterator<T, undefined> {
  /** Outcomes without a demand, and demands without an outcome: one of both is always empty. */
  #outcomes = new Fifo<Settlement<IteratorResult<T, undefined>>>();
  readonly #pendingEvents = new Fifo<PendingEvent<T>>();
  #isOver = false;
  readonly #subscription: Subscription;

  constructor(source: Observable<T>) {
    this.#subscription = source.subscribe({
      next: (value) => {
        this.#deliver(success({ done: false, value }));
      },
      error: (error: unknown) => {
        this.#end(failure(error));
      },
      complete: () => {
        this.#end();
      },
    });
    if (this.#isOver) this.#subscription.unsubscribe();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    const outcome = this.#outcomes.shift();
    if (outcome) return unwrap(outcome);
    if (this.#isOver) return DONE;
    return new Promise((resolve, reject) => this.#pendingEvents.push({ resolve, reject }));
  }

  /** Unsubscribes, and drops the events that were not pulled. */
  async return(): Promise<IteratorResult<T, undefined>> {
    this.#outcomes = new Fifo();
    this.#end();
    this.#subscription.unsubscribe();
    return Promise.resolve(DONE);
  }

  async throw(error: unknown): Promise<IteratorResult<T, undefined>> {
    await this.return();
    throw error;
  }

  #deliver(outcome: Settlement<IteratorResult<T, undefined>>): void {
    const demand = this.#pendingEvents.shift();
    if (!demand) this.#outcomes.push(outcome);
    else if (outcome.isError) demand.reject(outcome.error);
    else demand.resolve(outcome.value);
  }

  #end(last?: Settlement<IteratorResult<T, undefined>>): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (last) this.#deliver(last);
    for (let demand = this.#pendingEvents.shift(); demand; demand = this.#pendingEvents.shift()) demand.resolve(DONE);
  }
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };
