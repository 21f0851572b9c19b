/** What runs on a thread, and whom a thread tells of itself. */
import type { CallerStack } from './caller-stack';
import type { Deadlines } from './deadlines';
import type { Notices } from './notices';
import type { OpenCalls } from './open-calls';
import type { Death } from './platform';
import type { CallPayload, FunctionCode } from './protocol';

export interface Runnable {
  /** In the order they were asked for. */
  readonly number: number;
  readonly name: string;
  readonly functionId: number;
  readonly code: FunctionCode;
  readonly args: readonly unknown[];
  /** It takes something along, and can't be sent anew. */
  readonly isMoving: boolean;
  /** Where it was asked for. */
  readonly callerStack: CallerStack | undefined;
  succeed(value: unknown): void;
  fail(error: unknown): void;
  items(items: readonly unknown[]): void;
  completed(): void;
  /** The thread is done with it, however it ended. */
  left(): void;
}

export interface ThreadOwner<R, T> {
  readonly deadlines: Deadlines;
  readonly grace: number;
  readonly notices: Notices;
  /** Something has changed, or is to be sent. */
  stir(): void;
  /** These had not begun, and go to another. */
  takeBack(requests: readonly R[]): void;
  /** A task wants it run; what comes back ends it. */
  call(calls: OpenCalls, id: number, payload: CallPayload): () => void;
  fault(thread: T, error: unknown): void;
  unfit(thread: T, error: unknown): void;
  died(thread: T, death: Death): void;
}
