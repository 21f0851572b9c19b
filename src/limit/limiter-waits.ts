/** The waiting calls of a limiter as external waits: one for each scheduler whose tasks have calls in it. */
import { describe } from '../core/describe';
import type { QueueLinks } from '../core/linked-queue';
import type { ExternalWait, ExternalWaitDescription } from '../scheduler/contract';
import type { SchedulerState } from '../scheduler/scheduler-state';
import type { LimitedRun } from './limited-run';

interface WaitsOwner {
  readonly title: string;
  waitingRuns(): Iterable<LimitedRun>;
}

class LimiterQueueWait implements ExternalWait {
  queuedBefore: QueueLinks | undefined;
  queuedAfter: QueueLinks | undefined;
  isQueued = false;
  #count = 0;

  constructor(
    private readonly state: SchedulerState,
    private readonly owner: WaitsOwner,
  ) {}

  acquire(): void {
    if (this.#count++ === 0) this.state.addExternalWait(this);
  }

  release(): void {
    if (--this.#count === 0) this.state.removeExternalWait(this);
  }

  describe(): string {
    return `${String(this.#count)} call(s) that wait in ${this.owner.title}`;
  }

  *waitDescriptions(): Generator<ExternalWaitDescription> {
    for (const run of this.owner.waitingRuns()) {
      if (run.schedulerState === this.state)
        yield { waiter: run.parent, what: `${run.host.describeRun(run)}, key ${describe(run.key)}` };
    }
  }
}

export class LimiterWaits {
  /** Weak: the scheduler of a request is collected when the request has ended. */
  readonly #waits = new WeakMap<SchedulerState, LimiterQueueWait>();

  constructor(private readonly owner: WaitsOwner) {}

  of(state: SchedulerState): LimiterQueueWait {
    let wait = this.#waits.get(state);
    if (!wait) this.#waits.set(state, (wait = new LimiterQueueWait(state, this.owner)));
    return wait;
  }
}
