/**
 * A `mergeMap` that pulls: its source is asked for the next item only when a result of an earlier one has left. RxJS has no
 * signal of demand, so an operator takes in all that its source emits; a source that is pulled emits nothing by itself.
 */
import { Observable, type ObservableInput, type Observer, type Subscriber, type Subscription } from 'rxjs';
import { checkInput } from '../core/check-input';
import { InnerSubscriptions } from '../core/inner-subscriptions';
import { checkCount, checkFlag, checkFunction } from '../core/option-values';
import { checkOptions } from '../core/options';
import { OrderedResults } from '../core/ordered-results';
import { isPromiseOrObservable } from '../core/rx';
import { Future } from '../future/future';
import { checkPullSource, PullIterator, type PullSource } from './pull-source';
import { SubscriptionFrame } from './subscription-frame';

export interface PullMapConfig {
  /**
   * Maximum number of items whose results have not left. `Infinity` takes in the whole source, as `mergeMap` does.
   *
   * @defaultValue `1`
   */
  readonly concurrency?: number;
  /**
   * Emits the results in the order of the items, instead of the order of their arrival. An item then keeps its place until
   * its results are emitted, so at most `concurrency` items have results that wait.
   *
   * @defaultValue `false`
   */
  readonly ordered?: boolean;
}

/**
 * Maps the items of an iterable or async iterable to inner Observables, and asks for the next item only when one of them
 * has ended. Ten million items take no more memory than `concurrency` of them.
 *
 * ```
 * next() of the source    a--b-|
 * project(a)              --a|
 * project(b)                 -b|
 * pullMap                 --a-b|
 * ```
 *
 * Inner futures and tasks meet in batches: `concurrency` is the number of keys that can share a flush. The items are
 * taken in the contexts and on the scheduler of the subscriber. The iterator is closed by its `return` when the subscriber
 * leaves, and when `project` or an inner Observable fails; an iterator that fails is not closed. An async iterator gets one
 * request at a time. The source of the idea is Node's `Readable.map`.
 *
 * @param source - An iterable, an async iterable, or a function that returns one and is called by each subscription. The
 *   `next` of an async iterator may return a promise, a future or an Observable.
 * @param project - Returns the inner Observable, future or promise of an item; gets the item and its index.
 * @param config - The options; see `PullMapConfig`.
 * @throws TypeError if an argument or an option is invalid.
 * @example
 * const idsFrom = function* () {
 *   for (let id = 0; id < 10_000_000; id++) yield id;
 * };
 * pullMap(idsFrom, (id) => userById(id), { concurrency: 500 }).subscribe(console.log);
 */
export function pullMap<T, R>(
  source: PullSource<T>,
  project: (item: T, index: number) => ObservableInput<R>,
  config: PullMapConfig = {},
): Observable<R> {
  checkPullSource('pullMap', source);
  checkFunction('pullMap: project', project, 'a function that returns an Observable, a future or a promise');
  checkOptions('pullMap', config, ['concurrency', 'ordered']);
  const { concurrency = 1, ordered = false } = config;
  checkCount('pullMap: concurrency', concurrency, { min: 1, orInfinity: true });
  checkFlag('pullMap: ordered', ordered);
  return new Observable((subscriber) => {
    const run = new PullMapRun(source, project, subscriber, concurrency, ordered);
    subscriber.add(() => {
      run.stop();
    });
    run.pull();
  });
}

/** One subscription of a `pullMap`. */
class PullMapRun<T, R> {
  readonly #frame = new SubscriptionFrame();
  readonly #items: PullIterator<T>;
  readonly #inner = new InnerSubscriptions<R>(this.#frame.report);
  readonly #ordered: OrderedResults<R> | undefined;
  /** The wait for an async iterator. */
  #lateAnswer: Subscription | undefined;
  /** A result that came later. The loop takes it before the next one, as `project` may end other items meanwhile. */
  #lateResult: IteratorResult<T, unknown> | undefined;
  #index = 0;
  /** Number of items whose results have not all left. */
  #taken = 0;
  #isPulling = false;
  #isWaiting = false;
  #isExhausted = false;
  #isOver = false;

  constructor(
    source: PullSource<T>,
    private readonly project: (item: T, index: number) => ObservableInput<R>,
    private readonly subscriber: Subscriber<R>,
    private readonly concurrency: number,
    ordered: boolean,
  ) {
    this.#items = new PullIterator('pullMap', source, this.#frame.frame);
    this.#ordered = ordered ? new OrderedResults(subscriber) : undefined;
  }

  /** Takes items while there is room. */
  pull(): void {
    this.#frame.run(this.#takeItems);
  }

  /** Ends the run without a notification. */
  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#inner.unsubscribe();
    this.#lateAnswer?.unsubscribe();
    this.#items.close();
  }

  /** Code of the source, of `project` or of a subscriber may end items in the meantime: the loop sees that they have left. */
  readonly #takeItems = (): void => {
    if (this.#isPulling) return;
    this.#isPulling = true;
    while (!this.#isOver && !this.#isExhausted && !this.#isWaiting && this.#taken < this.concurrency) this.#takeNext();
    this.#isPulling = false;
    if (this.#isOver || !this.#isExhausted || this.#taken > 0) return;
    this.stop();
    this.subscriber.complete();
  };

  #takeNext(): void {
    try {
      const answer = this.#lateResult ?? this.#items.next();
      this.#lateResult = undefined;
      if (isPromiseOrObservable(answer)) this.#wait(answer);
      else this.#receive(answer);
    } catch (error) {
      this.#fail(error);
    }
  }

  #wait(answer: ObservableInput<IteratorResult<T, unknown>>): void {
    this.#isWaiting = true;
    this.#lateAnswer = Future.from(answer).subscribe({
      next: (result) => {
        this.#isWaiting = false;
        try {
          this.#lateResult = this.#items.receive(result);
        } catch (error) {
          this.#fail(error);
        }
        this.#takeItems();
      },
      error: (error: unknown) => {
        this.#items.fail();
        this.#fail(error);
      },
    });
    if (this.#isOver) this.#lateAnswer.unsubscribe();
  }

  #receive(result: IteratorResult<T, unknown>): void {
    // The code of the source may have unsubscribed.
    if (this.#isOver) return;
    if (result.done) {
      this.#isExhausted = true;
      return;
    }
    const input = checkInput('pullMap: the result of its project', this.project(result.value, this.#index++));
    if (this.subscriber.closed) return;
    this.#taken++;
    this.#inner.subscribe(input, this.#ordered ? this.#orderedObserver(this.#ordered) : this.#observer);
  }

  readonly #observer: Observer<R> = {
    next: (value) => {
      this.subscriber.next(value);
    },
    error: (error) => {
      this.#fail(error);
    },
    complete: () => {
      this.#leave();
    },
  };

  #orderedObserver(ordered: OrderedResults<R>): Observer<R> {
    const buffer = ordered.add();
    return {
      next: (value) => {
        ordered.addResult(buffer, value);
      },
      error: this.#observer.error,
      complete: () => {
        ordered.end(buffer, this.#observer.complete);
      },
    };
  }

  #leave(): void {
    this.#taken--;
    // From within the loop there is nothing to do: it goes on.
    if (!this.#isPulling) this.pull();
  }

  /** Releases everything before the error is notified. */
  #fail(error: unknown): void {
    if (this.#isOver) {
      this.#frame.report(error);
      return;
    }
    this.stop();
    this.subscriber.error(error);
  }
}
