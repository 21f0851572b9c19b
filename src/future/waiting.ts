/** One wait for a value that is not set: it is told when the value is, unless it is cancelled before. */
import type { Outcome } from '../core/outcome';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { ExternalWait, SchedulerState, ExternalWaitDescription } from '../scheduler/scheduler-state';
import { tell, type Canceller, type Execution, type Sink } from './execution';

/** What is waited for. */
interface Awaited {
  describe(): string;
  advance(): boolean;
}

interface Asking<T> {
  readonly sink: Sink<T>;
  readonly scheduler: BatchScheduler;
}

export class Waiting<T> implements Execution, ExternalWait {
  readonly #state: SchedulerState;

  constructor(
    private readonly value: Awaited,
    private readonly all: Set<Waiting<T>>,
    private readonly waiter: Asking<T>,
  ) {
    all.add(this);
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

  waited(): ExternalWaitDescription[] {
    return [{ waiter: this.sink, what: this.describe() }];
  }

  settle(outcome: Outcome<T>): void {
    this.#leave();
    const { sink, scheduler } = this.waiter;
    scheduler.runQueue.drive(() => {
      tell(sink, outcome);
    });
  }

  cancel(canceller?: Canceller): void {
    this.#leave();
    canceller?.cancelled();
  }

  #leave(): void {
    this.all.delete(this);
    this.#state.removeExternalWait(this);
  }
}
