/** An ordered `mergeMap`: inner Observables run concurrently, and their results are emitted in the order of the source. */
import { Observable, type ObservableInput, type OperatorFunction } from 'rxjs';
import { Fifo } from './fifo';
import { InnerSubscriptions } from './inner-subscriptions';
import { OrderedResults } from './ordered-results';
import { createOperatorSubscriber, reportUnhandled } from './rx';

export interface MergeMapOrderedConfig {
  /** Maximum number of inner Observables at a time. */
  readonly concurrency: number;
  /**
   * Until when an inner Observable counts for `concurrency`. With `'end'`, a slow one does not keep others from running,
   * and their results are buffered. With `'emission'`, it counts until its last result is emitted, so that at most
   * `concurrency` inner Observables have buffered results.
   */
  readonly countsUntil: 'end' | 'emission';
}

/**
 * Maps each value of the source to an inner Observable, and emits the results of each after those of all before it.
 * The results of the first inner Observable that has not ended are emitted as they arrive. An error is emitted at once.
 *
 * `mergeMap` of RxJS is not used, because it takes an inner subscription out of a list in linear time.
 *
 * ```
 * source             ab-----------|
 * a                  ---x--y|
 * b                   -z|
 * mergeMapOrdered    ---x--yz-----|
 * ```
 */
export function mergeMapOrdered<T, R>(
  project: (value: T) => ObservableInput<R>,
  { concurrency, countsUntil }: MergeMapOrderedConfig,
): OperatorFunction<T, R> {
  return (source) =>
    new Observable((subscriber) => {
      const results = new OrderedResults(subscriber);
      const inners = new InnerSubscriptions<R>(reportUnhandled);
      const waiting = new Fifo<T>();
      let counted = 0;
      let hasSourceEnded = false;
      let isBeginning = false;

      /** A loop and not a recursion: an inner Observable may end while it is subscribed to. */
      const beginWaiting = (): void => {
        if (isBeginning) return;
        isBeginning = true;
        while (counted < concurrency && waiting.length > 0 && !subscriber.closed) {
          beginInner(waiting.shift() as T); // Cast: a `T`, because the queue is not empty.
        }
        isBeginning = false;
        if (hasSourceEnded && counted === 0) results.complete();
      };
      const onFree = (): void => {
        counted--;
        beginWaiting();
      };
      const beginInner = (value: T): void => {
        counted++;
        const buffer = results.add();
        try {
          inners.subscribe(project(value), {
            next: (result) => {
              results.addResult(buffer, result);
            },
            error: (error) => {
              subscriber.error(error);
            },
            complete: () => {
              results.end(buffer, countsUntil === 'emission' ? onFree : undefined);
              if (countsUntil === 'end') onFree();
            },
          });
        } catch (error) {
          subscriber.error(error);
        }
      };

      subscriber.add(() => {
        inners.unsubscribe();
      });
      source.subscribe(
        createOperatorSubscriber(
          subscriber,
          (value) => {
            waiting.push(value);
            beginWaiting();
          },
          () => {
            hasSourceEnded = true;
            beginWaiting();
          },
        ),
      );
    });
}
