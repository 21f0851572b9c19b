/** An ordered `mergeMap`: inner Observables run concurrently, and their results are emitted in the order of the source. */
import { from, mergeMap, Observable, type ObservableInput, type OperatorFunction } from 'rxjs';
import { OrderedResults } from './ordered-results';
import { createOperatorSubscriber } from './rx';

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
      const buffers = new OrderedResults(subscriber);
      const runInner = (value: T): Observable<never> => {
        const buffer = buffers.add();
        const inner = from(project(value));
        return new Observable((counted) => {
          const onEnd = (): void => {
            if (countsUntil === 'end') {
              buffers.end(buffer);
              counted.complete();
            } else {
              buffers.end(buffer, () => {
                counted.complete();
              });
            }
          };
          inner.subscribe(createOperatorSubscriber<R>(counted, (result) => buffers.addResult(buffer, result), onEnd));
        });
      };
      source
        .pipe(mergeMap(runInner, concurrency))
        .subscribe(createOperatorSubscriber(subscriber, undefined, () => buffers.complete()));
    });
}
