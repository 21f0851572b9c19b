/** A pool wait registers the pool with a scheduler as one external wait while the pool holds tasks of that scheduler. */
import type { QueueLinks } from '../../core/linked-queue';
import type { ExternalWait, ExternalWaitDescription } from '../../scheduler/contract';
import type { SchedulerState } from '../../scheduler/scheduler-state';

class PoolWait implements ExternalWait {
  queuedBefore: QueueLinks | undefined;
  queuedAfter: QueueLinks | undefined;
  isQueued = false;
  #count = 0;

  constructor(
    private readonly state: SchedulerState,
    private readonly pool: PoolWaitsOwner,
  ) {}

  acquire(): void {
    if (this.#count++ === 0) this.state.addExternalWait(this);
  }

  release(): void {
    if (--this.#count === 0) this.state.removeExternalWait(this);
  }

  describe(): string {
    return this.pool.describe();
  }

  advance(): boolean {
    return this.pool.advance();
  }

  *waitDescriptions(): Generator<ExternalWaitDescription> {
    const runs = this.pool.runs?.();
    if (!runs) yield { waiter: undefined, what: this.describe() };
    else for (const { poolWait, waitDescription } of runs) if (poolWait === this) yield waitDescription;
  }
}

interface PoolWaitsOwner {
  describe(): string;
  advance(): boolean;
  /** The runs whose waiters are known. */
  runs?(): Iterable<{ readonly poolWait: PoolWait; readonly waitDescription: ExternalWaitDescription }>;
}

/** The waits of one pool: one for each scheduler state with tasks in the pool. */
export class PoolWaits {
  /** Weak, and without a shortcut to the latest: the scheduler of a request is collected when the request has ended. */
  readonly #waits = new WeakMap<SchedulerState, PoolWait>();

  constructor(private readonly pool: PoolWaitsOwner) {}

  of(state: SchedulerState): PoolWait {
    let wait = this.#waits.get(state);
    if (!wait) this.#waits.set(state, (wait = new PoolWait(state, this.pool)));
    return wait;
  }
}

export type { PoolWait };
