/**
 * `block` runs a future to its end on this thread and drives the scheduler in place of the event loop. Tasks go on and open
 * batches flush, also those with a window or hold. An error names what then still needs the event loop.
 */
import { DeadlockError, TaskTimeoutError, WouldBlockError } from '../core/errors';
import { checkMs } from '../core/option-values';
import { failure, success, unwrap, type Settlement } from '../core/outcome';
import { monotonicNow } from '../core/platform';
import { runningTask } from '../scheduler/ambient';
import { currentScheduler, type BatchScheduler } from '../scheduler/batch-scheduler';
import { Deadline, passedDeadline } from '../scheduler/deadline';
import { runAsBlock, type SchedulerState } from '../scheduler/scheduler-state';
import { frameHere } from '../scheduler/frame';
import { instrumentation } from '../scheduler/instrumentation';
import { begin, type Beginnable, type Sink } from './execution';
import { deliverPostponed } from './bounded-delivery';

export function block<T>(source: Beginnable<T>, timeoutMs: number): T {
  checkMs('block: timeoutMs', timeoutMs);
  warnInsideTask();
  const scheduler = currentScheduler();
  const { runQueue } = scheduler;
  const result = new ResultSink<T>();
  const deadline = new Deadline(timeoutMs, monotonicNow);
  return runAsBlock((active) => {
    const execution = deadline.enforce(() => runQueue.drive(() => source[begin](result, scheduler)));
    try {
      return deadline.enforce(() => driveToEnd(result, scheduler, active));
    } finally {
      if (!result.outcome) runQueue.drive(() => execution.cancel());
    }
  });
}

/** Drives also the schedulers that get work meanwhile: the value may come from there. */
function driveToEnd<T>(result: ResultSink<T>, scheduler: BatchScheduler, active: ReadonlySet<SchedulerState>): T {
  scheduler.runQueue.drain();
  deliverPostponed();
  while (!result.outcome) {
    // The deadline may belong to an outer block().
    const passed = passedDeadline();
    if (passed) throw new TaskTimeoutError(passed.timeoutMs);
    const states = new Set([scheduler.state, ...active]);
    if (!advanceOne(states) && !breakOneDeadlock(states)) throw noProgress(states);
    deliverPostponed();
  }
  return unwrap(result.outcome);
}

function advanceOne(states: Iterable<SchedulerState>): boolean {
  for (const state of states) if (!state.isPast && state.advance()) return true;
  return false;
}

/** Finds keys that wait for each other and fails one of them with an error that names the cycle. */
function breakOneDeadlock(states: Iterable<SchedulerState>): boolean {
  for (const state of states) if (!state.isPast && state.breakDeadlock()) return true;
  return false;
}

function noProgress(states: Iterable<SchedulerState>): WouldBlockError | DeadlockError {
  const waits = [...states].flatMap((state) => (isEmpty(state.externalWaits) ? [] : state.describeWaits()));
  return waits.length === 0 ? new DeadlockError() : new WouldBlockError([...new Set(waits)]);
}

const isEmpty = (iterable: Iterable<unknown>): boolean => iterable[Symbol.iterator]().next().done === true;

/** Whether `block` gave up because the rest needs the event loop, or because nothing is pending. */
export const hasGivenUp = (error: unknown): boolean =>
  error instanceof WouldBlockError || error instanceof DeadlockError;

const warnedBodies = new WeakSet();

function warnInsideTask(): void {
  const task = runningTask();
  if (!task || warnedBodies.has(task.body)) return;
  warnedBodies.add(task.body);
  const site = instrumentation.current?.siteHere();
  console.warn(
    `sluice: block() inside task "${task.name}" flushes open batches before other tasks can join them. ` +
      `Yield the future instead: yield* future.${site ? `\n    ${site}` : ''}`,
  );
}

class ResultSink<T> implements Sink<T> {
  outcome: Settlement<T> | undefined;
  readonly frame = frameHere();
  /** The task whose step blocks. */
  readonly parent = runningTask();

  succeed(value: T): void {
    this.outcome = success(value);
  }

  fail(error: unknown): void {
    this.outcome = failure(error);
  }
}
