/**
 * The protocol futures speak among themselves: an execution is begun with a sink, and tells it once how it ended. It
 * does what `subscribe` does, without a Subscriber for each step; subscribers from outside get the real thing.
 */
import type { Outcome } from '../core/outcome';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { Frame } from '../scheduler/frame';
import type { Waiter } from '../scheduler/waiter';

/** Where an execution sends its one value or its error; at once, from within `begin`, or later. */
export interface Sink<T> extends Waiter {
  /** Who waits, for messages. */
  readonly name?: string | undefined;
  /** What is on around whoever waits, and so around what he waits for. */
  readonly frame: Frame | undefined;
  /** What the wait itself is called, where there is a better word than who waits. */
  describe?(): string;
  succeed(value: T): void;
  fail(error: unknown): void;
}

export interface Canceller {
  /** What was cancelled has ended, its clean-up included. */
  cancelled(): void;
}

/** One run of a future: RxJS's "Observable Execution". */
export interface Execution {
  /**
   * Ends it without a word to its sink. `canceller` is told when its clean-up has ended: at once, or later. Does
   * nothing but that if it has ended already. Called within a drive of its scheduler, as is `begin`.
   */
  cancel(canceller?: Canceller): void;
  /** What is waited for, for people, where there are words for it. */
  describe?(): string;
}

export const begin = Symbol('sluice.begin');

export interface Beginnable<T> {
  [begin](sink: Sink<T>, scheduler: BatchScheduler): Execution;
}

/** Tells a sink how it ended. */
export function tell<T>(sink: Sink<T>, outcome: Outcome<T>): void {
  if (outcome.isError) sink.fail(outcome.error);
  else sink.succeed(outcome.value);
}

/** The execution of what has ended in `begin`. */
export const ended: Execution = {
  cancel: (canceller) => canceller?.cancelled(),
};
