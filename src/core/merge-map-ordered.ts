/** An ordered `mergeMap`: inner Observables run concurrently, and their results are emitted in the order of the source. */
import { from, mergeMap, Observable, type ObservableInput, type OperatorFunction, type Subscriber } from 'rxjs';
import { Fifo } from './fifo';
import { NotificationQueue } from './notification-queue';
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
      const buffers = new ResultBuffers(subscriber);
      const runInner = (value: T): Observable<never> => {
        const buffer = buffers.add();
        const inner = from(project(value));
        return new Observable((counted) => {
          const onEnd = (): void => {
            if (countsUntil === 'end') {
              buffers.end(buffer);
              counted.complete();
            } else buffers.end(buffer, counted);
          };
          inner.subscribe(createOperatorSubscriber<R>(counted, (result) => buffers.addResult(buffer, result), onEnd));
        });
      };
      source
        .pipe(mergeMap(runInner, concurrency))
        .subscribe(createOperatorSubscriber(subscriber, undefined, () => buffers.complete()));
    });
}

/** The results of one inner Observable that are not emitted yet. */
interface ResultBuffer<R> {
  readonly results: Fifo<R>;
  hasEnded: boolean;
  /** The subscriber that `mergeMap` counts, if it is to be completed once the last result is emitted. */
  counted: Subscriber<never> | undefined;
}

/** The inner Observables whose results have not all been emitted, in the order of the source. */
class ResultBuffers<R> {
  readonly #buffers = new Fifo<ResultBuffer<R>>();
  /** A subscriber may cause further results: they are emitted after the present one, by a loop and not by a recursion. */
  readonly #emissions = new NotificationQueue();

  constructor(private readonly subscriber: Subscriber<R>) {}

  add(): ResultBuffer<R> {
    const buffer: ResultBuffer<R> = { results: new Fifo(), hasEnded: false, counted: undefined };
    this.#buffers.push(buffer);
    return buffer;
  }

  addResult(buffer: ResultBuffer<R>, result: R): void {
    buffer.results.push(result);
    if (buffer === this.#buffers.first) this.#emissions.enqueue(this.#emit);
  }

  end(buffer: ResultBuffer<R>, counted?: Subscriber<never>): void {
    buffer.hasEnded = true;
    buffer.counted = counted;
    if (buffer === this.#buffers.first) this.#emissions.enqueue(this.#emit);
  }

  /** Completes after the results that are being emitted. */
  complete(): void {
    this.#emissions.enqueue(() => {
      this.subscriber.complete();
    });
  }

  readonly #emit = (): void => {
    for (let buffer = this.#buffers.first; buffer; buffer = this.#buffers.first) {
      while (buffer.results.length > 0 && !this.subscriber.closed) {
        this.subscriber.next(buffer.results.shift() as R); // Cast: an `R`, because the queue is not empty.
      }
      if (!buffer.hasEnded) return;
      this.#buffers.shift();
      buffer.counted?.complete();
    }
  };
}
