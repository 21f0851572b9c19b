/** Pool events report the threads of a pool: each that starts, ends, or throws outside of a task. */
import { Subject } from 'rxjs';
import { describe } from '../../core/describe';
import type { Distribution } from '../../core/histogram';
import { instrumentation } from '../../scheduler/instrumentation';
import type { WorkerExit } from '../thread/platform';
import type { CrashKind } from '../wire/pool-errors';

/** An event of a thread of a pool, as `events$` emits it. `thread` numbers the threads of the pool from 1. */
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
  /** An error was thrown on a thread outside of a running task. The thread is replaced. */
  | { readonly type: 'fault'; readonly thread: number; readonly error: unknown };

/** The events of one pool, which are also emitted to the instrumentation. */
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

/** Numbers of threads and tasks of a pool, as `pool.stats` returns them. */
export interface PoolStats {
  /** Threads that are ready or starting. */
  readonly threads: number;
  /** Threads without a task. */
  readonly idle: number;
  /** Tasks that wait for a thread. */
  readonly queued: number;
  /** Tasks that were sent to a thread and have not ended. */
  readonly running: number;
  /** Tasks that have succeeded since the pool was made. */
  readonly completed: number;
  /** Tasks that have failed since the pool was made. */
  readonly failed: number;
  /** Tasks that were cancelled since the pool was made. */
  readonly cancelled: number;
  /**
   * The part of the time of all threads in which tasks ran, from 0 to 1, since the pool was made. A task counts when it has
   * ended.
   */
  readonly utilization: number;
  /** From the call of a task until it was sent to a thread, in ms. `queued` of `metrics()` measures the same. */
  readonly waitTime: Distribution;
  /** How long tasks ran on their thread, in ms. Tiny tasks that are reported together count with their mean. */
  readonly runTime: Distribution;
}

export const spawnEvent = (thread: number): PoolEvent => ({ type: 'spawn', thread });

export const exitEvent = (thread: number, exit: WorkerExit = { kind: 'killed' }): PoolEvent => ({
  type: 'exit',
  thread,
  kind: exit.kind,
  exitCode: exit.exitCode,
  error: exit.cause,
});
