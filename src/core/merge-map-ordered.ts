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
   * and their results are buffered. With `'emission'` of its last result, at most `concurrency` inner Observables have
   * buffered results.
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
 * mergeMapOrdered    ---x--(yz)---|
 * ```
 */
export function mergeMapOrdered<T, R>(
  project: (value: T) => ObservableInput<R>,
  { concurrency, countsUntil }: MergeMapOrderedConfig,
): OperatorFunction<T, R> {
  return (source) =>
    new Observable((subscriber) => {
      const turns = new Turns(subscriber);
      const runInner = (value: T): Observable<never> => {
        const turn = turns.add();
        const inner = from(project(value));
        return new Observable((slot) => {
          const onEnd = (): void => {
            if (countsUntil === 'end') {
              turns.end(turn);
              slot.complete();
            } else turns.end(turn, slot);
          };
          inner.subscribe(createOperatorSubscriber<R>(slot, (result) => turns.addResult(turn, result), onEnd));
        });
      };
      source
        .pipe(mergeMap(runInner, concurrency))
        .subscribe(createOperatorSubscriber(subscriber, undefined, () => turns.complete()));
    });
}

/** The results of one inner Observable. */
interface Turn<R> {
  readonly results: Fifo<R>;
  hasEnded: boolean;
  /** Completed once the last result is emitted. */
  slot: Subscriber<never> | undefined;
}

/** The inner Observables whose results have not all been emitted, in the order of the source. */
class Turns<R> {
  readonly #turns = new Fifo<Turn<R>>();
  /** A subscriber may cause further results: they are emitted after the present one, by a loop and not by a recursion. */
  readonly #emissions = new NotificationQueue();

  constructor(private readonly subscriber: Subscriber<R>) {}

  add(): Turn<R> {
    const turn: Turn<R> = { results: new Fifo(), hasEnded: false, slot: undefined };
    this.#turns.push(turn);
    return turn;
  }

  addResult(turn: Turn<R>, result: R): void {
    turn.results.push(result);
    if (turn === this.#turns.first) this.#emissions.enqueue(this.#emit);
  }

  end(turn: Turn<R>, slot?: Subscriber<never>): void {
    turn.hasEnded = true;
    turn.slot = slot;
    if (turn === this.#turns.first) this.#emissions.enqueue(this.#emit);
  }

  /** Completes after the results that are being emitted. */
  complete(): void {
    this.#emissions.enqueue(() => {
      this.subscriber.complete();
    });
  }

  readonly #emit = (): void => {
    for (let turn = this.#turns.first; turn; turn = this.#turns.first) {
      while (turn.results.length > 0 && !this.subscriber.closed) this.subscriber.next(turn.results.shift() as R); // its length is not 0
      if (!turn.hasEnded) return;
      this.#turns.shift();
      turn.slot?.complete();
    }
  };
}
