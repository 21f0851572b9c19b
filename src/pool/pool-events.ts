/** What happens to the threads of a pool. */
import type { Death } from './platform';
import type { CrashKind } from './pool-errors';

export type PoolEvent =
  /** A thread was started. */
  | { readonly type: 'spawn'; readonly thread: number }
  /** A thread has ended. */
  | {
      readonly type: 'exit';
      readonly thread: number;
      readonly kind: CrashKind;
      readonly exitCode: number | undefined;
      readonly error: unknown;
    }
  /** Something was thrown on a thread that nobody caught. The thread is replaced. */
  | { readonly type: 'fault'; readonly thread: number; readonly error: unknown };

/** What a pool is doing, in numbers. */
export interface PoolStats {
  /** Threads that work, or will in a moment. */
  readonly threads: number;
  /** Threads with nothing to do. */
  readonly idle: number;
  /** Tasks that wait for a thread. */
  readonly queued: number;
  /** Tasks that were sent to a thread and have not ended. */
  readonly running: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
}

/** The event of a thread that has come or gone. */
export function changeOf(type: 'spawn' | 'exit', thread: number, death?: Death): PoolEvent {
  if (type === 'spawn') return { type, thread };
  return { type, thread, kind: death?.kind ?? 'killed', exitCode: death?.exitCode, error: death?.cause };
}
