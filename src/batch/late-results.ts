/**
 * Late results of a flight: promises, futures and Observables in place of values. Each is waited for separately, as by
 * `Future.from`, and the flight lasts until the last one has settled.
 */
import type { ObservableInput } from 'rxjs';
import { isPromiseOrObservable, isMap } from '../core/rx';
import type { Execution, Sink } from '../future/execution';
import { beginInput } from '../future/external-input';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { Frame } from '../scheduler/frame';
import type { Waiter } from '../scheduler/waiter';

/** The flight of the late results. */
interface LateResultsOwner extends Waiter {
  describe(): string;
  /** Called when the last late result arrives, before its delivery; at the end of the matching, if that is later. */
  releaseSlotOnce(): void;
  /** Called after the last result has been delivered. */
  finish(): void;
}

/** Handlers for one late result. */
interface LateResultHandlers {
  readonly onValue: (value: unknown) => void;
  readonly onError: (error: unknown) => void;
}

/** Whether the results contain a late one. Only an array or a Map can contain late results. */
export function hasLateResults(results: unknown): boolean {
  if (!Array.isArray(results) && !isMap(results)) return false;
  for (const result of results.values() as Iterable<unknown>) {
    // Checked here first, because many results are primitives.
    if (typeof result !== 'object' && typeof result !== 'function') continue;
    if (isPromiseOrObservable(result)) return true;
  }
  return false;
}

export class LateResults {
  readonly #waits = new Map<object, Execution>();
  /** One of them counts for the matching, which may add more. */
  #pending = 1;
  #isCancelled = false;

  constructor(
    readonly flight: LateResultsOwner,
    readonly scheduler: BatchScheduler,
  ) {}

  waitFor(key: object, input: ObservableInput<unknown>, handlers: LateResultHandlers): void {
    this.#pending++;
    const sink = new LateResult(this, handlers);
    // One drive for each result, so that each runs as far as it can before the next begins.
    const execution = this.scheduler.runQueue.drive(() => beginInput(input, sink, this.scheduler));
    // The last waiter may have unsubscribed during the begin.
    if (this.#isCancelled) execution.cancel();
    else this.#waits.set(key, execution);
  }

  /** Stops waiting for the late result of a key that has been settled early. */
  drop(key: object): void {
    const execution = this.#waits.get(key);
    if (!execution) return;
    this.#waits.delete(key);
    execution.cancel();
    this.settleOne(() => undefined);
  }

  /** Called at the end of the matching, after which no late result is added. */
  onMatched(): void {
    this.settleOne(() => undefined);
  }

  settleOne(deliver: () => void): void {
    if (this.#isCancelled) return;
    const isLast = --this.#pending === 0;
    if (isLast) this.flight.releaseSlotOnce();
    deliver();
    if (isLast) this.flight.finish();
  }

  cancel(): void {
    this.#isCancelled = true;
    for (const execution of this.#waits.values()) execution.cancel();
  }
}

class LateResult implements Sink<unknown> {
  constructor(
    private readonly all: LateResults,
    private readonly handlers: LateResultHandlers,
  ) {}

  /** The frame of the resolver, which sees no context of the waiters. */
  get frame(): Frame | undefined {
    return this.all.scheduler.frame;
  }

  get parent(): Waiter {
    return this.all.flight;
  }

  describe(): string {
    return this.all.flight.describe();
  }

  succeed(value: unknown): void {
    this.all.settleOne(() => this.handlers.onValue(value));
  }

  fail(error: unknown): void {
    this.all.settleOne(() => this.handlers.onError(error));
  }
}
