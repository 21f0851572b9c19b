/**
 * A shared wait registers the owner of much work, a pool or a limiter, with a scheduler as one external wait, while the owner
 * has work of that scheduler.
 */
import type { QueueLinks } from '../core/linked-queue';
import type { ExternalWait, ExternalWaitDescription } from './contract';
import type { SchedulerState } from './scheduler-state';

interface WorkOwner {
  /** @param count number of acquired waits of one scheduler */
  describe(count: number): string;
  /** Makes progress without the event loop, where possible. Returns false without progress. */
  advance?(): boolean;
  /** The waiters of one scheduler, each with a description of its work; missing where they are not known. */
  waitDescriptions?(state: SchedulerState): Iterable<ExternalWaitDescription>;
}

class SharedWait implements ExternalWait {
  queuedBefore: QueueLinks | undefined;
  queuedAfter: QueueLinks | undefined;
  isQueued = false;
  #count = 0;

  constructor(
    readonly state: SchedulerState,
    private readonly owner: WorkOwner,
  ) {}

  acquire(): void {
    if (this.#count++ === 0) this.state.addExternalWait(this);
  }

  release(): void {
    if (--this.#count === 0) this.state.removeExternalWait(this);
  }

  describe(): string {
    return this.owner.describe(this.#count);
  }

  advance(): boolean {
    return this.owner.advance?.() ?? false;
  }

  waitDescriptions(): Iterable<ExternalWaitDescription> {
    return this.owner.waitDescriptions?.(this.state) ?? [{ waiter: undefined, what: this.describe() }];
  }
}

/** The waits of one owner: one for each scheduler state with work of the owner. */
export class SharedWaits {
  /** Weak, and without a shortcut to the latest: the scheduler of a request is collected when the request has ended. */
  readonly #waits = new WeakMap<SchedulerState, SharedWait>();

  constructor(private readonly owner: WorkOwner) {}

  of(state: SchedulerState): SharedWait {
    let wait = this.#waits.get(state);
    if (!wait) this.#waits.set(state, (wait = new SharedWait(state, this.owner)));
    return wait;
  }
}

export type { SharedWait };
