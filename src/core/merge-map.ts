/**
 * A `mergeMap` in linear time: inner Observables run concurrently, and their results are emitted as they arrive, or in the
 * order of the source. `mergeMap` of RxJS searches an array at the end of each inner subscription, which takes quadratic time in
 * total.
 */
import { Observable, type ObservableInput, type OperatorFunction, type Subscriber } from 'rxjs';
import { Fifo } from './fifo';
import { InnerSubscriptions } from './inner-subscriptions';
import { OrderedResults } from './ordered-results';
import { createOperatorSubscriber, reportUnhandled } from './rx';

export interface MergeMapConfig {
  /** Maximum number of inner Observables at a time. */
  readonly concurrency: number;
}

/**
 * Maps each value of the source to an inner Observable, and emits the results of all as they arrive.
 *
 * ```
 * source             ab-----------|
 * a                  ---x--y|
 * b                   -z|
 * mergeMapUnordered  --zx--y------|
 * ```
 */
export function mergeMapUnordered<T, R>(
  project: (value: T) => ObservableInput<R>,
  { concurrency }: MergeMapConfig,
): OperatorFunction<T, R> {
  return mergeMapInto(project, {
    concurrency,
    countsUntil: 'end',
    open: (subscriber) => new ArrivingResults(subscriber),
  });
}

export interface MergeMapOrderedConfig extends MergeMapConfig {
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
  config: MergeMapOrderedConfig,
): OperatorFunction<T, R> {
  return mergeMapInto(project, { ...config, open: (subscriber) => new OrderedResults(subscriber) });
}

/** The receiver of the inner results. `B` is the buffer of one inner Observable. */
interface Results<R, B> {
  add(): B;
  addResult(buffer: B, result: R): void;
  end(buffer: B, onEmitted?: () => void): void;
  complete(): void;
}

/** Results that are emitted as they arrive. */
class ArrivingResults<R> implements Results<R, undefined> {
  constructor(private readonly subscriber: Subscriber<R>) {}

  add(): undefined {
    return undefined;
  }

  addResult(_: undefined, result: R): void {
    this.subscriber.next(result);
  }

  end(): void {
    // Nothing is buffered.
  }

  complete(): void {
    this.subscriber.complete();
  }
}

interface MergeIntoConfig<R, B> extends MergeMapOrderedConfig {
  readonly open: (subscriber: Subscriber<R>) => Results<R, B>;
}

function mergeMapInto<T, R, B>(
  project: (value: T) => ObservableInput<R>,
  { concurrency, countsUntil, open }: MergeIntoConfig<R, B>,
): OperatorFunction<T, R> {
  return (source) =>
    new Observable((subscriber) => {
      const results = open(subscriber);
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
