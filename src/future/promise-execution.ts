/**
 * Waits for a native promise through `promise.then`, because RxJS's `from` creates four more objects, and most resolvers are
 * `async` functions.
 */
import type { QueueLinks } from '../core/linked-queue';
import { reportUnhandled } from '../core/rx';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { ExternalWait, ExternalWaitDescription } from '../scheduler/contract';
import { isPlain, runInActive, switchForCleanup, switchTo } from '../scheduler/frame';
import type { SchedulerState } from '../scheduler/scheduler-state';
import { describeExternalWait, type Canceller, type Execution, type Sink } from './execution';

/** Whether the input is a native promise with the `then` of its class. */
export const isNativePromise = (input: unknown): input is Promise<unknown> =>
  input instanceof Promise && input.then === Promise.prototype.then;

export function beginPromise<T>(promise: Promise<T>, sink: Sink<T>, scheduler: BatchScheduler): Execution {
  const execution = new PromiseExecution(sink, scheduler);
  execution.waitFor(promise);
  return execution;
}

class PromiseExecution<T> implements Execution, ExternalWait {
  queuedBefore: QueueLinks | undefined;
  queuedAfter: QueueLinks | undefined;
  isQueued = false;
  /** Undefined after the end, so that a promise that never settles keeps no cancelled waiter alive. */
  #sink: Sink<T> | undefined;
  readonly #scheduler: BatchScheduler;
  readonly #state: SchedulerState;

  constructor(sink: Sink<T>, scheduler: BatchScheduler) {
    this.#sink = sink;
    this.#scheduler = scheduler;
    this.#state = scheduler.state;
    this.#state.addExternalWait(this);
  }

  waitFor(promise: Promise<T>): void {
    const onValue = (value: T): void => {
      const sink = this.#end();
      if (sink) this.#drive(() => sink.succeed(value));
    };
    const onError = (error: unknown): void => {
      const sink = this.#end();
      if (sink) this.#drive(() => sink.fail(error));
    };
    const frame = this.#sink?.frame;
    // The callbacks run in the stores in which they were added: those of the waiter.
    try {
      switchTo(frame);
      if (isPlain(frame)) void promise.then(onValue, onError);
      else void runInActive(frame, () => promise.then(onValue, onError));
    } catch (error) {
      // `then` throws for a proxy of a promise, and where a subclass cannot make the promise that `then` returns.
      onError(error);
    }
  }

  describe(): string {
    return this.#sink ? describeExternalWait(this.#sink) : '';
  }

  waitDescriptions(): ExternalWaitDescription[] {
    return [{ waiter: this.#sink, what: this.describe() }];
  }

  cancel(canceller?: Canceller): void {
    const sink = this.#end();
    // The contexts of the waiter stay on until the current drive of the run queue ends, because the waiter may clean up in
    // them as well.
    if (sink) switchForCleanup(sink.frame);
    canceller?.cancelled();
  }

  #drive(deliver: () => void): void {
    try {
      this.#scheduler.runQueue.driveInKnownStores(deliver);
    } catch (error) {
      reportUnhandled(error);
    }
  }

  #end(): Sink<T> | undefined {
    const sink = this.#sink;
    this.#sink = undefined;
    if (sink) this.#state.removeExternalWait(this);
    return sink;
  }
}
