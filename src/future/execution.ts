/**
 * The protocol between futures: an execution begins with a sink and delivers its outcome to that sink once. The protocol
 * does what `subscribe` does without a Subscriber for each step; subscribers from outside get the real one.
 */
import type { Settlement } from '../core/outcome';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { Frame } from '../scheduler/frame';
import type { Waiter } from '../scheduler/waiter';

/** The receiver of the one value or the error of an execution: during `begin`, or later. */
export interface Sink<T> extends Waiter {
  /** The name of the waiter in error messages. */
  readonly name?: string | undefined;
  /** The context frame of the waiter; what it awaits runs in it too. */
  readonly frame: Frame | undefined;
  /** Describes the wait in error messages, where that says more than the name of the waiter. */
  describe?(): string;
  succeed(value: T): void;
  fail(error: unknown): void;
}

export interface Canceller {
  /** The reason that the caller of `cancel` has given, which the code of a cancelled task can read. */
  readonly cancelReason?: unknown;
  /** Called when the cancelled execution has ended, its clean-up included. */
  cancelled(): void;
}

/** One run of a future: RxJS's "Observable Execution". */
export interface Execution {
  /**
   * Ends the execution; the sink receives nothing more. `canceller` is notified once the clean-up has ended: at once or
   * later. An execution that has ended only notifies. Both `cancel` and `begin` are called inside a drive of the scheduler.
   */
  cancel(canceller?: Canceller): void;
  /** Describes the wait in error messages. */
  describe?(): string;
}

export const begin = Symbol('sluice.begin');

export interface Beginnable<T> {
  [begin](sink: Sink<T>, scheduler: BatchScheduler): Execution;
}

/** Delivers an outcome to a sink. */
export function deliverOutcome<T>(sink: Sink<T>, outcome: Settlement<T>): void {
  if (outcome.isError) sink.fail(outcome.error);
  else sink.succeed(outcome.value);
}

/** The execution of a future that ended during `begin`. */
export const endedExecution: Execution = {
  cancel: (canceller) => canceller?.cancelled(),
};

/** Describes the wait of a sink for an Observable or a promise. */
export function describeExternalWait(sink: Sink<never>): string {
  if (sink.describe) return sink.describe();
  return sink.name ? `an Observable or promise that task "${sink.name}" waits for` : 'an Observable or promise';
}
