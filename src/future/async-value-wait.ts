/** One wait for an AsyncValue that is not settled: receives its outcome, unless the wait is cancelled first. */
import type { QueueLinks } from '../core/linked-queue';
import type { Settlement } from '../core/outcome';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { ExternalWait, ExternalWaitDescription } from '../scheduler/contract';
import type { SchedulerState } from '../scheduler/scheduler-state';
import { deliverOutcome, type Canceller, type Execution, type Sink } from './execution';

/** What a wait needs of its AsyncValue. */
interface AwaitedValue {
  describe(): string;
  advance(): boolean;
}

interface SinkOnScheduler<T> {
  readonly sink: Sink<T>;
  readonly scheduler: BatchScheduler;
}

export class AsyncValueWait<T> implements Execution, ExternalWait {
  queuedBefore: QueueLinks | undefined;
  queuedAfter: QueueLinks | undefined;
  isQueued = false;
  readonly #state: SchedulerState;

  constructor(
    private readonly value: AwaitedValue,
    /** All waits for the value; this wait adds and removes itself. */
    private readonly waits: Set<AsyncValueWait<T>>,
    private readonly waiter: SinkOnScheduler<T>,
  ) {
    waits.add(this);
    this.#state = waiter.scheduler.state;
    this.#state.addExternalWait(this);
  }

  describe(): string {
    return this.value.describe();
  }

  advance(): boolean {
    return this.value.advance();
  }

  get sink(): Sink<T> {
    return this.waiter.sink;
  }

  waitDescriptions(): ExternalWaitDescription[] {
    return [{ waiter: this.sink, what: this.describe() }];
  }

  settle(outcome: Settlement<T>): void {
    this.#remove();
    const { sink, scheduler } = this.waiter;
    scheduler.runQueue.drive(() => {
      deliverOutcome(sink, outcome);
    });
  }

  cancel(canceller?: Canceller): void {
    this.#remove();
    canceller?.cancelled();
  }

  #remove(): void {
    this.waits.delete(this);
    this.#state.removeExternalWait(this);
  }
}
