/** A call, as it is asked for: what is to run, and who asks. */
import type { CallerStack } from './caller-stack';
import type { PoolCore } from './pool-core';
import type { WorkerCrashError } from './pool-errors';
import type { PoolTaskKind } from './pool-task-kind';
import type { FunctionCode } from './protocol';

/** What is asked for, as often as it is called. */
export interface Order {
  readonly core: PoolCore;
  readonly functionId: number;
  readonly name: string;
  readonly code: FunctionCode;
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  /** It belongs to a task that is running, and so runs also while the pool closes. */
  readonly isNested: boolean;
  /** That of its task, if it is a call of one. */
  readonly kind: PoolTaskKind | undefined;
}

/** Who asks, as often as it is subscribed to. */
export interface Caller {
  readonly order: Order;
  /** Where it was asked for. */
  readonly callerStack: CallerStack | undefined;
  /** A thread was lost to it. */
  crashed(error: WorkerCrashError): void;
}
