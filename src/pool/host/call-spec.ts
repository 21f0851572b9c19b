/** A call, as it is asked for: what is to run, and who asks. */
import type { CapturedStack } from '../../core/call-site';
import type { PoolEngine } from './pool-engine';
import type { WorkerCrashError } from '../wire/pool-errors';
import type { PoolTaskDefinition } from '../api/pool-task-definition';
import type { FunctionCode } from '../wire/messages';

/** What is asked for, as often as it is called. */
export interface CallSpec {
  readonly core: PoolEngine;
  readonly functionId: number;
  readonly name: string;
  readonly code: FunctionCode;
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  /** It belongs to a task that is running, and so runs also while the pool closes. */
  readonly isNested: boolean;
  /** That of its task, if it is a call of one. */
  readonly kind: PoolTaskDefinition | undefined;
}

/** Who asks, as often as it is subscribed to. */
export interface Caller {
  readonly order: CallSpec;
  /** Where it was asked for. */
  readonly callerStack: CapturedStack | undefined;
  /** A thread was lost to it. */
  crashed(error: WorkerCrashError): void;
}
