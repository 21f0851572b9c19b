/** What a worker thread needs of the tasks it runs, and of the pool that owns it. */
import type { CapturedStack } from '../../core/call-site';
import type { Timers } from './timers';
import type { NotificationQueue } from '../../core/notification-queue';
import type { NestedCalls } from './nested-calls';
import type { WorkerExit } from './platform';
import type { Encoding } from '../wire/encode-value';
import type { CallPayload, FunctionCode } from '../wire/messages';

export interface ThreadTask {
  /** Counts up in the order of the calls. */
  readonly number: number;
  readonly name: string;
  readonly functionId: number;
  readonly code: FunctionCode;
  readonly args: readonly unknown[];
  /** How the arguments are posted; undefined if they are posted as they are. */
  readonly encoding: Encoding | undefined;
  /** A task with transferred arguments cannot be sent again. */
  readonly hasTransfers: boolean;
  /** A bound task runs on no other thread. */
  readonly isBound: boolean;
  /** Where the task was called. */
  readonly callerStack: CapturedStack | undefined;
  succeed(value: unknown): void;
  fail(error: unknown): void;
  receiveItems(items: readonly unknown[]): void;
  completeStream(): void;
  /** Called when the task has left its thread, however it ended. */
  onReleased(): void;
}

/** Measures how long tasks run. */
interface ThreadTimes {
  /**
   * Called for each batch of a thread.
   *
   * @param count the number of tasks that the batch ends
   * @param ms the time that they ran, together
   */
  addRuns(count: number, ms: number): void;
}

export interface ThreadOwner<R, T> {
  readonly timers: Timers;
  /** How long a cancelled task may go on, in ms. */
  readonly grace: number;
  readonly notifications: NotificationQueue;
  /** Called when the state of the thread has changed or messages wait to be sent. */
  requestTurn(): void;
  /** Puts tasks that have not started back into the queue, for another thread. */
  requeue(tasks: readonly R[]): void;
  /** Starts a call that a task makes on its own pool. The returned function cancels it. */
  startNestedCall(calls: NestedCalls, id: number, payload: CallPayload): (reason: unknown) => void;
  readonly times: ThreadTimes;
  /** Called when a thread has ended its first task, those that are bound to it not counted. */
  onFirstTaskEnded(): void;
  onFault(thread: T, error: unknown): void;
  onInitFailed(thread: T, error: unknown): void;
  onExit(thread: T, exit: WorkerExit): void;
}
