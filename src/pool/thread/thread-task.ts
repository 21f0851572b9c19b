/** What runs on a thread, and whom a thread tells of itself. */
import type { CapturedStack } from '../../core/call-site';
import type { Timers } from './timers';
import type { NotificationQueue } from '../../core/notification-queue';
import type { NestedCalls } from './nested-calls';
import type { WorkerExit } from './platform';
import type { CallPayload, FunctionCode } from '../wire/messages';

export interface ThreadTask {
  /** In the order they were asked for. */
  readonly number: number;
  readonly name: string;
  readonly functionId: number;
  readonly code: FunctionCode;
  readonly args: readonly unknown[];
  /** It takes something along, and can't be sent anew. */
  readonly isMoving: boolean;
  /** Where it was asked for. */
  readonly callerStack: CapturedStack | undefined;
  succeed(value: unknown): void;
  fail(error: unknown): void;
  items(items: readonly unknown[]): void;
  completed(): void;
  /** The thread is done with it, however it ended. */
  left(): void;
}

export interface ThreadOwner<R, T> {
  readonly timers: Timers;
  readonly grace: number;
  readonly notifications: NotificationQueue;
  /** Something has changed, or is to be sent. */
  requestTurn(): void;
  /** These had not begun, and go to another. */
  requeue(requests: readonly R[]): void;
  /** A task wants it run; what comes back ends it. */
  call(calls: NestedCalls, id: number, payload: CallPayload): () => void;
  onFault(thread: T, error: unknown): void;
  onInitFailed(thread: T, error: unknown): void;
  onExit(thread: T, death: WorkerExit): void;
}
