/**
 * Anything that RxJS can subscribe to, begun like a future: it succeeds with the last value it emits. While it runs,
 * its scheduler knows that something is busy elsewhere.
 */
import { EmptyError, from, type ObservableInput, type Observer, type Subscription } from 'rxjs';
import { failure, success, type Outcome } from '../core/outcome';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { ExternalWait, SchedulerState, ExternalWaitDescription } from '../scheduler/scheduler-state';
import { activeFrame, reportOrphan, runAside, runIn, runInside, switchAside } from '../scheduler/frame';
import { instrumentation } from '../scheduler/instrumentation';
import type { Canceller, Execution, Sink } from './execution';
import { begin, tell } from './execution';
import { SingleValueObservable } from './single-value-observable';
import { tellInTurn } from './telling';

/** Begins a future as what it is, and anything else by subscribing to it. */
export function beginInput<T>(input: ObservableInput<T>, sink: Sink<T>, scheduler: BatchScheduler): Execution {
  return input instanceof SingleValueObservable
    ? (input as SingleValueObservable<T>)[begin](sink, scheduler)
    : beginExternalInput(input, sink, scheduler);
}

/** Begins what is no future. */
export function beginExternalInput<T>(input: ObservableInput<T>, sink: Sink<T>, scheduler: BatchScheduler): Execution {
  const execution = new ExternalInputExecution(sink, scheduler);
  execution.subscribeTo(input);
  return execution;
}

class ExternalInputExecution<T> implements Execution, Observer<T>, ExternalWait {
  #subscription: Subscription | undefined;
  #last: { readonly value: T } | undefined;
  #isOver = false;
  #isSubscribing = true;
  #isPromise = false;
  /** How it ended, while it was still being subscribed to. */
  #outcome: Outcome<T> | undefined;
  readonly #state: SchedulerState;

  constructor(
    private readonly sink: Sink<T>,
    private readonly scheduler: BatchScheduler,
  ) {
    this.#state = scheduler.state;
  }

  subscribeTo(input: ObservableInput<T>): void {
    this.#state.addExternalWait(this);
    this.#isPromise = input instanceof Promise;
    try {
      this.#subscription = runIn(this.sink.frame, () => this.#subscribe(input));
    } catch (error) {
      // The error of `from` names what it was given, and the kinds that it takes.
      this.error(error);
    }
    this.#isSubscribing = false;
    if (this.#isOver) this.#tearDown();
    if (this.#outcome) this.#send(this.#outcome);
  }

  #subscribe(input: ObservableInput<T>): Subscription {
    return instrumentation.current
      ? instrumentation.current.within(this.sink, () => from(input).subscribe(this))
      : from(input).subscribe(this);
  }

  describe(): string {
    const { name } = this.sink;
    if (this.sink.describe) return this.sink.describe();
    return name ? `an Observable or promise that task "${name}" waits for` : 'an Observable or promise';
  }

  waited(): ExternalWaitDescription[] {
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
      // The contexts of the waiter stay on until the drive ends: the waiter may clean up in them as well.
      switchAside(this.sink.frame);
      this.#tearDown();
    }
    canceller?.cancelled();
  }

  /** Torn down first, then told: what goes on from here may count on its resources to be free. */
  #settle(outcome: Outcome<T>): void {
    if (!this.#end()) return;
    if (this.#isSubscribing) this.#outcome = outcome;
    else {
      this.#tearDown();
      this.#send(outcome);
    }
  }

  /**
   * In the frame of the waiter, whoever ended it. What a teardown throws is no failure of the waiter, and must not keep
   * it from going on.
   */
  #tearDown(): void {
    const { frame } = this.sink;
    // Contexts that are on must be those of the waiter; where none are on, values are read from what is carried.
    const run = activeFrame() === undefined ? runInside : runAside;
    try {
      run(frame, () => this.#subscription?.unsubscribe());
    } catch (error) {
      reportOrphan(this.sink.frame, error);
    }
  }

  #send(outcome: Outcome<T>): void {
    const { sink, scheduler } = this;
    const { runQueue } = scheduler;
    const send = (): void => {
      tell(sink, outcome);
    };
    // A promise calls back in the stores in which it was subscribed to; an Observable may emit anywhere.
    tellInTurn(() => {
      if (this.#isPromise) runQueue.driveInKnownStores(send);
      else runQueue.drive(send);
    });
  }

  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#state.removeExternalWait(this);
    return true;
  }
}

/** RxJS's own error, which says who waited in vain. */
export function emptyError(task: string | undefined): EmptyError {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- `throwIfEmpty` makes it in the same way, but mute
  const error = new EmptyError();
  const what = task ? `task "${task}" waits for an Observable that` : 'an Observable';
  error.message += `: ${what} completed without a value. Give it one with defaultIfEmpty, or catch this.`;
  return error;
}
