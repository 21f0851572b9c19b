/** What happens to the threads of a pool. */
import { Subject } from 'rxjs';
import { describe } from '../../core/describe';
import { instrumentation } from '../../scheduler/instrumentation';
import type { WorkerExit } from '../thread/platform';
import type { CrashKind } from '../wire/pool-errors';

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

/** The events of one pool, also for whoever looks at the whole program. */
export class PoolEvents extends Subject<PoolEvent> {
  constructor(private readonly pool: { readonly name: string }) {
    super();
  }

  override next(event: PoolEvent): void {
    const { type, thread } = event;
    instrumentation.current?.emit({ type: 'thread', pool: this.pool, thread, event: type, detail: detailOf(event) });
    super.next(event);
  }
}

function detailOf(event: PoolEvent): string {
  if (event.type === 'spawn') return '';
  if (event.type === 'fault') return describe(event.error);
  return event.error === undefined ? event.kind : `${event.kind}: ${describe(event.error)}`;
}

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
export function changeOf(type: 'spawn' | 'exit', thread: number, death?: WorkerExit): PoolEvent {
  if (type === 'spawn') return { type, thread };
  return { type, thread, kind: death?.kind ?? 'killed', exitCode: death?.exitCode, error: death?.cause };
}
