/** The demand for the items of a stream: a source that can be pulled is pulled only as far as items are requested. */
import { Observable } from 'rxjs';
import { DEMAND_WINDOW } from '../../pool/wire/messages';

export class Demand {
  /** Number of items that the source may still deliver. */
  #credits: number;
  #onGrant: (() => void) | undefined;

  /** @param isPulling whether the consumer grants items; without it, the demand is unlimited */
  constructor(isPulling: boolean) {
    this.#credits = isPulling ? DEMAND_WINDOW : Infinity;
  }

  grant(count: number): void {
    this.#credits += count;
    const onGrant = this.#onGrant;
    this.#onGrant = undefined;
    onGrant?.();
  }

  /** Takes the credit for one item and returns true, or returns false and calls `onGrant` once after the next grant. */
  takeOr(onGrant: () => void): boolean {
    if (this.#credits > 0) {
      this.#credits--;
      return true;
    }
    this.#onGrant = onGrant;
    return false;
  }
}

/** Like RxJS's `from`, but pulls only on demand. Unsubscribing early calls `return()` of the iterator. */
export const pulledFrom = (iterable: Iterable<unknown> | AsyncIterable<unknown>, demand: Demand): Observable<unknown> =>
  new Observable((subscriber) => {
    const isAsync = Symbol.asyncIterator in iterable;
    const iterator = isAsync ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]();
    let isOver = false;
    const end = (notify: () => void): void => {
      isOver = true;
      notify();
    };
    const fail = (error: unknown): void => {
      end(() => {
        subscriber.error(error);
      });
    };
    /** Returns whether more items may follow. */
    const emit = ({ done, value }: IteratorResult<unknown>): boolean => {
      if (done)
        end(() => {
          subscriber.complete();
        });
      else subscriber.next(value);
      return !done && !subscriber.closed;
    };
    const pull = (): void => {
      try {
        while (!subscriber.closed && demand.takeOr(pull)) {
          const result = iterator.next();
          if (isAsync) {
            void Promise.resolve(result).then((settled) => {
              if (emit(settled)) pull();
            }, fail);
            return;
          }
          // Cast: no promise, because only an async iterator returns one.
          if (!emit(result as IteratorResult<unknown>)) return;
        }
      } catch (error) {
        fail(error);
      }
    };
    pull();
    return () => {
      if (isOver) return;
      isOver = true;
      const returned = iterator.return?.();
      if (isAsync) void Promise.resolve(returned).catch(() => undefined);
    };
  });
