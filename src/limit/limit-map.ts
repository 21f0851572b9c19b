/**
 * The operator form of a limiter: an Observable for each value of the source, started when the limiter allows it. Starts are
 * paced, running ones overlap, and a value that waits costs one small object.
 */
import {
  defer,
  Observable,
  type ObservableInput,
  type OperatorFunction,
  type Subscriber,
  type Unsubscribable,
} from 'rxjs';
import { checkInput } from '../core/check-input';
import { invalidOption } from '../core/describe';
import { LinkedQueue, type QueueLinks } from '../core/linked-queue';
import { mergeMapOrdered } from '../core/merge-map';
import { checkFlag, checkFunction } from '../core/option-values';
import { checkOptions } from '../core/options';
import { failure, success } from '../core/outcome';
import { createOperatorSubscriber } from '../core/rx';
import { currentScheduler, type BatchScheduler } from '../scheduler/batch-scheduler';
import { frameHere, runIn, type Frame } from '../scheduler/frame';
import type { EndOutcome } from '../scheduler/instrumentation';
import type { Runnable } from '../scheduler/run-queue';
import { checkedCall, type CallOptions } from './limited-call';
import { LimitedRun } from './limited-run';
import { Limiter } from './limiter';

export interface LimitMapConfig<T> {
  /**
   * Emits results in the order of the source, instead of the order of their arrival. Results behind a slow one are kept.
   *
   * @defaultValue `false`
   */
  readonly ordered?: boolean;
  /**
   * What a value takes from rates and concurrency: a number, or a function of the value.
   *
   * @defaultValue `1`
   */
  readonly cost?: number | ((value: T) => number);
  /**
   * Priority of a value among those of its key: a number, or a function of the value.
   *
   * @defaultValue `0`
   */
  readonly priority?: number | ((value: T) => number);
}

/**
 * An operator that maps each value to an Observable, as `mergeMap` does, and starts it when the limiter allows it. Values
 * of different keys take turns; values of one key start in order. An error of any of them is an error of the stream, and
 * unsubscribing takes all waiting values out of the limiter.
 *
 * ```
 * source                     abc-------|
 * limitMap (1 per 3 ms)      A--B--C---|
 * ```
 *
 * Where values come faster than they leave, they wait in the limiter; `maxWaiting` of the limiter bounds their number, and
 * `pullMap` takes a value of an iterable only when it can start.
 *
 * @param limiter the limiter, which other calls may use at the same time
 * @param keyOf returns the key of a value
 * @param project returns the input of a value, as for `mergeMap`
 * @param config the options; see `LimitMapConfig`
 * @throws TypeError if an argument or option is invalid
 * @example
 * urls$.pipe(limitMap(limiter, (url) => new URL(url).host, (url) => fetch(url))).subscribe(console.log);
 */
export function limitMap<T, R>(
  limiter: Limiter,
  keyOf: (value: T, index: number) => unknown,
  project: (value: T, index: number) => ObservableInput<R>,
  config: LimitMapConfig<T> = {},
): OperatorFunction<T, R> {
  if (!(limiter instanceof Limiter)) throw invalidOption('limitMap: its limiter', 'a Limiter', limiter);
  checkFunction('limitMap: keyOf', keyOf, 'a function that returns the key of a value');
  checkFunction('limitMap: project', project, 'a function that returns an input');
  checkOptions('limitMap', config, ['ordered', 'cost', 'priority']);
  const { ordered = false } = config;
  checkFlag('limitMap: ordered', ordered);
  const callOf = callReader(config);
  const runOf = (value: T, index: number, merge: MergedRuns<T, R>): MappedRun<T, R> =>
    new MappedRun({ value, index, project, merge }, { limiter, key: keyOf(value, index), call: callOf(value) });
  return (source) =>
    new Observable((subscriber) => {
      const target = { subscriber, scheduler: currentScheduler(), frame: frameHere() };
      let index = 0;
      if (!ordered) {
        const merge = new MergedRuns<T, R>(target);
        subscriber.add(merge);
        const begin = (value: T): void => {
          merge.begin(runOf(value, index++, merge));
        };
        source.subscribe(createOperatorSubscriber(subscriber, begin, () => merge.completeSource()));
        return;
      }
      const observe = (value: T): Observable<R> =>
        new Observable((inner) => {
          const merge = new MergedRuns<T, R>({ ...target, subscriber: inner });
          merge.begin(runOf(value, index++, merge));
          merge.completeSource();
          return merge;
        });
      source.pipe(mergeMapOrdered(observe, { concurrency: Infinity, countsUntil: 'end' })).subscribe(subscriber);
    });
}

interface MergeTarget<R> {
  readonly subscriber: Subscriber<R>;
  readonly scheduler: BatchScheduler;
  /** The frame of the subscriber. What `project` returns runs in it. */
  readonly frame: Frame | undefined;
}

/** Merges the results of runs into one subscriber, which completes after the source and all runs. */
class MergedRuns<T, R> implements Unsubscribable {
  readonly #waiting = new LinkedQueue<MappedRun<T, R>>();
  #active = 0;
  #isSourceComplete = false;

  constructor(readonly target: MergeTarget<R>) {}

  begin(run: MappedRun<T, R>): void {
    this.#active++;
    this.#waiting.push(run);
    run.host.enqueue(run);
  }

  completeSource(): void {
    this.#isSourceComplete = true;
    this.#completeAfterLast();
  }

  onStarted(run: MappedRun<T, R>): void {
    this.#waiting.remove(run);
  }

  onEnded(run: MappedRun<T, R>, outcome: EndOutcome): void {
    this.#waiting.remove(run);
    this.#active--;
    if (outcome?.isError) this.target.subscriber.error(outcome.error);
    else if (outcome) this.#completeAfterLast();
  }

  unsubscribe(): void {
    for (let run = this.#waiting.shift(); run; run = this.#waiting.shift()) run.leave();
  }

  #completeAfterLast(): void {
    if (this.#isSourceComplete && this.#active === 0) this.target.subscriber.complete();
  }
}

interface Mapped<T, R> {
  readonly value: T;
  readonly index: number;
  readonly project: (value: T, index: number) => ObservableInput<R>;
  readonly merge: MergedRuns<T, R>;
}

/** The run of one value. A waiting one is this object and nothing else, since there may be a million. */
class MappedRun<T, R> extends LimitedRun implements QueueLinks, Runnable {
  queuedBefore: QueueLinks | undefined;
  queuedAfter: QueueLinks | undefined;
  isQueued = false;
  #outcome: EndOutcome;

  constructor(
    private readonly mapped: Mapped<T, R>,
    { limiter, key, call }: { readonly limiter: Limiter; readonly key: unknown; readonly call: CallOptions },
  ) {
    super(limiter.host, key, call, mapped.merge.target.scheduler.state);
  }

  get parent(): undefined {
    return undefined;
  }

  get scheduler(): BatchScheduler {
    return this.mapped.merge.target.scheduler;
  }

  start(): void {
    const { merge } = this.mapped;
    const { runQueue } = merge.target.scheduler;
    merge.onStarted(this);
    runQueue.driveInKnownStores(() => {
      runQueue.resume(this);
    });
  }

  step(): void {
    const { subscriber, frame } = this.mapped.merge.target;
    // The subscription may have ended since the limiter allowed the start.
    if (subscriber.closed) this.#end();
    else runIn(frame, () => this.#subscribe());
  }

  reject(error: unknown): void {
    this.mapped.merge.onEnded(this, failure(error));
  }

  #subscribe(): void {
    const { value, index, project, merge } = this.mapped;
    const inner = createOperatorSubscriber<R>(
      merge.target.subscriber,
      undefined,
      () => (this.#outcome = success(undefined)),
      (error) => (this.#outcome = failure(error)),
    );
    // The work has a subscriber of its own: all of its teardown, also one that throws, comes before the slot is free.
    defer(() => checkInput('limitMap: the result of its project', project(value, index))).subscribe(
      createOperatorSubscriber<R>(inner),
    );
    inner.add(() => {
      this.#end();
    });
  }

  leave(): void {
    if (this.phase === 'waiting') this.host.leave(this);
  }

  /** In a drive, so that the next call starts after the subscriber has the outcome: an error takes the next call out. */
  #end(): void {
    const { merge } = this.mapped;
    merge.target.scheduler.runQueue.driveInKnownStores(() => {
      this.host.release(this, this.#outcome);
      merge.onEnded(this, this.#outcome);
      if (this.#outcome?.isError) this.host.dispatch();
    });
  }
}

/** Returns a function that reads the options of a call from a value. Equal numbers are checked once. */
function callReader<T>({ cost = 1, priority = 0 }: LimitMapConfig<T>): (value: T) => CallOptions {
  const read = (value: T): CallOptions =>
    checkedCall('limitMap', {
      cost: typeof cost === 'function' ? cost(value) : cost,
      priority: typeof priority === 'function' ? priority(value) : priority,
    });
  if (typeof cost === 'function' || typeof priority === 'function') return read;
  const call = checkedCall('limitMap', { cost, priority });
  return () => call;
}
