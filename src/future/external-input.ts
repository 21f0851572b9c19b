/**
 * An external input is anything RxJS can subscribe to that is not a future. It begins like a future and succeeds with its
 * last value. While it runs, it is an external wait of its scheduler.
 */
import type { QueueLinks } from '../core/linked-queue';
import { EmptyError, from, type ObservableInput, type Observer, type Subscription } from 'rxjs';
import { failure, success, type Settlement } from '../core/outcome';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { ExternalWait, ExternalWaitDescription } from '../scheduler/contract';
import type { SchedulerState } from '../scheduler/scheduler-state';
import { activeFrame, reportOrphan, runCleanup, runIn, runInActive, switchForCleanup } from '../scheduler/frame';
import { instrumentation } from '../scheduler/instrumentation';
import type { Canceller, Execution, Sink } from './execution';
import { begin, deliverOutcome, describeExternalWait } from './execution';
import { SingleValueObservable } from './single-value-observable';
import { deliverBounded } from './bounded-delivery';
import { beginPromise, isNativePromise } from './promise-execution';

/** Begins a future by its own protocol, and any other input by a subscription. */
export function beginInput<T>(input: ObservableInput<T>, sink: Sink<T>, scheduler: BatchScheduler): Execution {
  return input instanceof SingleValueObservable
    ? (input as SingleValueObservable<T>)[begin](sink, scheduler)
    : beginExternalInput(input, sink, scheduler);
}

/** Begins an input that is not a future. */
export function beginExternalInput<T>(input: ObservableInput<T>, sink: Sink<T>, scheduler: BatchScheduler): Execution {
  if (isNativePromise(input)) return beginPromise(input as Promise<T>, sink, scheduler);
  const execution = new ExternalInputExecution(sink, scheduler);
  execution.subscribeTo(input);
  return execution;
}

class ExternalInputExecution<T> implements Execution, Observer<T>, ExternalWait {
  queuedBefore: QueueLinks | undefined;
  queuedAfter: QueueLinks | undefined;
  isQueued = false;
  #subscription: Subscription | undefined;
  #last: { readonly value: T } | undefined;
  #isOver = false;
  #isSubscribing = true;
  /** The outcome of an input that ended during its subscription. */
  #outcome: Settlement<T> | undefined;
  readonly #state: SchedulerState;

  constructor(
    private readonly sink: Sink<T>,
    private readonly scheduler: BatchScheduler,
  ) {
    this.#state = scheduler.state;
  }

  subscribeTo(input: ObservableInput<T>): void {
    this.#state.addExternalWait(this);
    try {
      this.#subscription = runIn(this.sink.frame, () => this.#subscribe(input));
    } catch (error) {
      // The error of RxJS's `from` names the value and the accepted types.
      this.error(error);
    }
    this.#isSubscribing = false;
    if (this.#isOver) this.#tearDown();
    if (this.#outcome) this.#deliver(this.#outcome);
  }

  #subscribe(input: ObservableInput<T>): Subscription {
    return instrumentation.current
      ? instrumentation.current.within(this.sink, () => from(input).subscribe(this))
      : from(input).subscribe(this);
  }

  describe(): string {
    return describeExternalWait(this.sink);
  }

  waitDescriptions(): ExternalWaitDescription[] {
    return [{ waiter: this.sink, what: this.describe() }];
  }

  next(value: T): void {
    this.#last = { value };
  }

  error(error: unknown): void {
    this.#settle(failure(error));
  }

  complete(): void {
    this.#settle(this.#last ? success(this.#last.value) : failure(emptyError(this.sink.name)));
  }

  cancel(canceller?: Canceller): void {
    if (this.#end()) {
      // The contexts of the waiter stay on until the current drive of the run queue ends, because the waiter may clean up in
      // them as well.
      switchForCleanup(this.sink.frame);
      this.#tearDown();
    }
    canceller?.cancelled();
  }

  /** Tears down before it delivers, so that the waiter can rely on free resources. */
  #settle(outcome: Settlement<T>): void {
    if (!this.#end()) return;
    if (this.#isSubscribing) this.#outcome = outcome;
    else {
      this.#tearDown();
      this.#deliver(outcome);
    }
  }

  /**
   * Unsubscribes in the frame of the waiter, whichever code has ended the input. An error of a teardown must not fail the
   * waiter, nor keep it from going on.
   */
  #tearDown(): void {
    const { frame } = this.sink;
    // Contexts that are on must be those of the waiter. Where none is on, values are read from the carried frame.
    const run = activeFrame() === undefined ? runInActive : runCleanup;
    try {
      run(frame, () => this.#subscription?.unsubscribe());
    } catch (error) {
      reportOrphan(this.sink.frame, error);
    }
  }

  #deliver(outcome: Settlement<T>): void {
    const { sink, scheduler } = this;
    deliverBounded(() => {
      scheduler.runQueue.drive(() => {
        deliverOutcome(sink, outcome);
      });
    });
  }

  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#state.removeExternalWait(this);
    return true;
  }
}

/** RxJS's EmptyError with the name of the task that waits. */
export function emptyError(task: string | undefined): EmptyError {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- `throwIfEmpty` makes it in the same way, but without a message
  const error = new EmptyError();
  const what = task ? `task "${task}" waits for an Observable that` : 'an Observable';
  error.message += `: ${what} completed without a value. Give it a default value with defaultIfEmpty(), or catch this error.`;
  return error;
}
