/**
 * The results of a subscription, or the parts of a deferred result. An async generator runs in the store of the code that
 * calls `next()`, so each pull enters the request: every event of a subscription in a lifetime of its own, every part of a
 * deferred result in that of its request.
 */
import { reportUnhandledFailure } from '../core/report';
import type { RequestLifetime } from './request-lifetime';

export const isAsyncIterable = (value: object): value is AsyncIterable<unknown> =>
  Symbol.asyncIterator in value && typeof value[Symbol.asyncIterator] === 'function';

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

const LEFT = 'the client has ended the stream';

/** Reports the failure of a source that no client reads any more. */
export const reportLateFailure = (error: unknown): void => {
  reportUnhandledFailure('the event stream of a subscription, after its client has left', error);
};

interface Pull {
  readonly lifetime: RequestLifetime;
  /** Ends the pull as the end of the stream. */
  readonly stop: () => void;
}

export class ResultStream<T> implements AsyncIterableIterator<T, unknown, unknown> {
  readonly #iterator: AsyncIterator<T, unknown, unknown>;
  readonly #pulls = new Set<Pull>();
  #isOver = false;

  /**
   * @param owner the lifetime of the whole stream, which the stream ends
   * @param lifetimeOfPull makes the lifetime of an event, or returns the owner
   */
  constructor(
    source: AsyncIterable<T>,
    private readonly owner: RequestLifetime,
    private readonly lifetimeOfPull: () => RequestLifetime,
  ) {
    this.#iterator = owner.run(() => source[Symbol.asyncIterator]());
    owner.onAbort((reason) => {
      this.#close(reason).catch(reportLateFailure);
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(value?: unknown): Promise<IteratorResult<T, unknown>> {
    if (this.#isOver) return Promise.resolve(DONE);
    return this.#pull(async () => this.#iterator.next(value));
  }

  async return(value?: unknown): Promise<IteratorResult<T, unknown>> {
    await this.#close(LEFT);
    return { done: true, value };
  }

  async throw(error: unknown): Promise<IteratorResult<T, unknown>> {
    await this.#close(error);
    throw error;
  }

  #pull(step: () => Promise<IteratorResult<T, unknown>>): Promise<IteratorResult<T, unknown>> {
    const lifetime = this.lifetimeOfPull();
    return new Promise((resolve, reject) => {
      const pull: Pull = {
        lifetime,
        stop: () => {
          resolve(DONE);
        },
      };
      this.#pulls.add(pull);
      lifetime.run(step).then(
        (result) => {
          this.#endPull(pull, result.done === true);
          resolve(result);
        },
        (error: unknown) => {
          this.#endPull(pull, true);
          reject(error); // eslint-disable-line @typescript-eslint/prefer-promise-reject-errors -- the error of other code, passed on
        },
      );
    });
  }

  #endPull(pull: Pull, isLast: boolean): void {
    this.#pulls.delete(pull);
    if (pull.lifetime !== this.owner) pull.lifetime.end();
    if (!isLast || this.#isOver) return;
    this.#isOver = true;
    this.owner.end();
  }

  /** Cancels the running pulls and closes the source. Waits for the source, unless it is in the middle of a pull. */
  async #close(reason: unknown): Promise<void> {
    // The abort of the owner comes back here.
    if (this.#isOver) return;
    this.#isOver = true;
    const pulls = [...this.#pulls];
    this.#pulls.clear();
    for (const { lifetime, stop } of pulls) {
      if (lifetime !== this.owner) lifetime.abort(reason);
      stop();
    }
    // A generator that waits for an event ends only after it: the signal of the subscription's scope tells it to end.
    const closing = this.owner.run(async () => this.#iterator.return?.());
    if (pulls.length === 0) {
      try {
        await closing;
      } finally {
        this.owner.abort(reason);
      }
      return;
    }
    closing.catch(reportLateFailure);
    this.owner.abort(reason);
  }
}
