/** That tasks of a scheduler are with a pool: said once for all of them, as long as there is one. */
import type { ExternalWait, SchedulerState, ExternalWaitDescription } from '../../scheduler/scheduler-state';

export class PoolWait implements ExternalWait {
  #count = 0;

  constructor(
    readonly era: SchedulerState,
    private readonly pool: PoolWaitsOwner,
  ) {}

  enter(): void {
    if (this.#count++ === 0) this.era.addExternalWait(this);
  }

  leave(): void {
    if (--this.#count === 0) this.era.removeExternalWait(this);
  }

  describe(): string {
    return this.pool.describe();
  }

  advance(): boolean {
    return this.pool.advance();
  }

  *waited(): Generator<ExternalWaitDescription> {
    const requests = this.pool.requests?.();
    if (!requests) yield { waiter: undefined, what: this.describe() };
    else for (const { poolWait, waited } of requests) if (poolWait === this) yield waited;
  }
}

interface PoolWaitsOwner {
  describe(): string;
  advance(): boolean;
  /** Those that it knows the waiters of. */
  requests?(): Iterable<{ readonly poolWait: PoolWait; readonly waited: ExternalWaitDescription }>;
}

/** Those of a pool: one for each era it has work of. */
export class PoolWaits {
  /** Weak, and without a shortcut to the last one: the scheduler of a request goes when the request is gone. */
  readonly #all = new WeakMap<SchedulerState, PoolWait>();

  constructor(private readonly pool: PoolWaitsOwner) {}

  in(era: SchedulerState): PoolWait {
    let presence = this.#all.get(era);
    if (!presence) this.#all.set(era, (presence = new PoolWait(era, this.pool)));
    return presence;
  }
}
