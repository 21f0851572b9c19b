/** How much of a stream is asked for: what can be pulled is pulled no further than that, and a window of items more. */
import { Observable } from 'rxjs';
import { DEMAND_WINDOW } from '../../pool/wire/messages';

export class Demand {
  #left: number;
  #onGrant: (() => void) | undefined;

  constructor(isPacing: boolean) {
    this.#left = isPacing ? DEMAND_WINDOW : Infinity;
  }

  grant(count: number): void {
    this.#left += count;
    const onGrant = this.#onGrant;
    this.#onGrant = undefined;
    onGrant?.();
  }

  /** Whether one more may come; if not, `again` is called when that has changed. */
  takeOr(again: () => void): boolean {
    if (this.#left > 0) {
      this.#left--;
      return true;
    }
    this.#onGrant = again;
    return false;
  }
}

/** As RxJS's `from`, but at the pace of whoever takes the items; left early, the iterator is returned. */
export const pulledFrom = (iterable: Iterable<unknown> | AsyncIterable<unknown>, demand: Demand): Observable<unknown> =>
  new Observable((subscriber) => {
    const isAsync = Symbol.asyncIterator in iterable;
    const iterator = isAsync ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]();
    let isOver = false;
    const end = (tell: () => void): void => {
      isOver = true;
      tell();
    };
    const fail = (error: unknown): void => {
      end(() => {
        subscriber.error(error);
      });
    };
    /** False when that was all. */
    const take = ({ done, value }: IteratorResult<unknown>): boolean => {
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
            void Promise.resolve(result).then((arrived) => {
              if (take(arrived)) pull();
            }, fail);
            return;
          }
          if (!take(result as IteratorResult<unknown>)) return; // only an async iterator gives a promise
        }
      } catch (error) {
        fail(error);
      }
    };
    pull();
    return () => {
      if (isOver) return;
      isOver = true;
      const left = iterator.return?.();
      if (isAsync) void Promise.resolve(left).catch(() => undefined);
    };
  });
