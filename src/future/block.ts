/**
 * Running a future to its end on this thread, by driving the scheduler instead of the event loop: tasks go on, open
 * batches are flushed whatever they wait for, and what then still needs the event loop is named in an error.
 */
import { invalidOption } from '../core/describe';
import { DeadlockError, TaskTimeoutError, WouldBlockError } from '../core/errors';
import { failure, success, unwrap, type Outcome } from '../core/outcome';
import { monotonicNow } from '../core/platform';
import { runningTask } from '../scheduler/ambient';
import { currentScheduler, type BatchScheduler } from '../scheduler/batch-scheduler';
import { Deadline, passedDeadline } from '../scheduler/deadline';
import { asInnermost, type SchedulerState } from '../scheduler/scheduler-state';
import { frameHere } from '../scheduler/frame';
import { instrumentation } from '../scheduler/instrumentation';
import { begin, type Beginnable, type Sink } from './execution';
import { tellRest } from './telling';

export function block<T>(single: Beginnable<T>, timeoutMs: number): T {
  if (typeof timeoutMs !== 'number' || !(timeoutMs >= 0)) {
    throw invalidOption('block: timeoutMs', 'a number of milliseconds, 0 or more', timeoutMs);
  }
  warnInsideTask();
  const scheduler = currentScheduler();
  const { runQueue } = scheduler;
  const cell = new Cell<T>();
  const deadline = new Deadline(timeoutMs, monotonicNow);
  return asInnermost((active) => {
    const execution = deadline.enforce(() => runQueue.drive(() => single[begin](cell, scheduler)));
    try {
      return deadline.enforce(() => driveToEnd(cell, scheduler, active));
    } finally {
      if (!cell.outcome) runQueue.drive(() => execution.cancel());
    }
  });
}

/** Also what was put on other schedulers meanwhile: the value may come from there. */
function driveToEnd<T>(cell: Cell<T>, scheduler: BatchScheduler, active: ReadonlySet<SchedulerState>): T {
  scheduler.runQueue.drain();
  tellRest();
  while (!cell.outcome) {
    // Perhaps that of a block around this one.
    const passed = passedDeadline();
    if (passed) throw new TaskTimeoutError(passed.timeoutMs);
    const eras = new Set([scheduler.state, ...active]);
    if (!advanceOne(eras) && !breakOneDeadlock(eras)) throw stuck(eras);
    tellRest();
  }
  return unwrap(cell.outcome);
}

function advanceOne(eras: Iterable<SchedulerState>): boolean {
  for (const era of eras) if (!era.isPast && era.advance()) return true;
  return false;
}

/** Where keys wait for each other, one of them is failed with an error that names them. */
function breakOneDeadlock(eras: Iterable<SchedulerState>): boolean {
  for (const era of eras) if (!era.isPast && era.breakDeadlock()) return true;
  return false;
}

function stuck(eras: Iterable<SchedulerState>): WouldBlockError | DeadlockError {
  const waits = [...eras].flatMap((era) => (isEmpty(era.externalWaits) ? [] : era.describeWaits()));
  return waits.length === 0 ? new DeadlockError() : new WouldBlockError([...new Set(waits)]);
}

const isEmpty = (iterable: Iterable<unknown>): boolean => iterable[Symbol.iterator]().next().done === true;

/** Whether `block` gave up, because what is left needs the event loop, or nothing is. */
export const isStuck = (error: unknown): boolean => error instanceof WouldBlockError || error instanceof DeadlockError;

const warned = new WeakSet();

function warnInsideTask(): void {
  const task = runningTask();
  if (!task || warned.has(task.body)) return;
  warned.add(task.body);
  const site = instrumentation.current?.siteHere();
  console.warn(
    `sluice: block() inside task "${task.name}" flushes open batches before others can join them. ` +
      `Yield the future instead: yield* future.${site ? `\n    ${site}` : ''}`,
  );
}

class Cell<T> implements Sink<T> {
  outcome: Outcome<T> | undefined;
  readonly frame = frameHere();
  /** Whose step it is that waits. */
  readonly above = runningTask();

  succeed(value: T): void {
    this.outcome = success(value);
  }

  fail(error: unknown): void {
    this.outcome = failure(error);
  }
}
