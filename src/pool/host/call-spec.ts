/** A call spec is what all runs of one call have in common: the function, its limits, and the pool that runs it. */
import type { AbortListeners } from '../../core/abort-listeners';
import type { CapturedStack } from '../../core/call-site';
import type { SchedulerState } from '../../scheduler/scheduler-state';
import type { Timers } from '../thread/timers';
import type { FunctionCode } from '../wire/messages';
import type { ThreadTask } from '../thread/thread-task';
import type { WorkerThread } from '../thread/worker-thread';
import type { WorkerCrashError } from '../wire/pool-errors';
import type { SharedWait } from '../../scheduler/shared-waits';

/** @typeParam R - the run of a call; a parameter, so that this file does not depend on the class */
export interface CallSpec<R extends ThreadTask> {
  readonly engine: RunHost<R>;
  readonly functionId: number;
  readonly name: string;
  readonly code: FunctionCode;
  /** In ms. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  /** Runs with a higher priority start before others. */
  readonly priority: number;
  /** The thread that the call runs on; undefined if it may run on any thread. */
  readonly target?: WorkerThread<R> | undefined;
  /** A nested call is made by a running task, so it also runs while the pool closes. */
  readonly isNested: boolean;
}

/** What a run needs of its pool. */
export interface RunHost<R> {
  readonly name: string;
  readonly timers: Timers;
  readonly abortListeners: AbortListeners;
  addRun(state: SchedulerState): SharedWait;
  removeFromQueue(run: R): void;
  onRunSent(run: R): void;
  onRunEnded(run: R, how: RunEnd): void;
  keepProcessAlive(): () => void;
}

export type RunEnd = 'completed' | 'failed' | 'cancelled';

/** A call that can be run several times. */
export interface RunnableCall<R extends ThreadTask> {
  readonly spec: CallSpec<R>;
  /** Where the call was made. */
  readonly callerStack: CapturedStack | undefined;
  /** Called when a thread has ended while it ran this call. */
  onCrash(error: WorkerCrashError): void;
}
