/** The wait of a promise or subscriber for a future, on a scheduler with a lifetime: the lifetime can end the wait. */
import type { QueueLinks } from '../core/linked-queue';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { frameHere } from '../scheduler/frame';
import type { LifetimeWaiter, SchedulerLifetime } from '../scheduler/scheduler-lifetime';
import { endedExecution, type Canceller, type Execution, type Sink } from './execution';
import { ForwardingSink } from './forwarding-sink';

/** Begins an execution for the sink, until the lifetime ends; fails the sink at once after that. */
export function beginWithinLifetime<T>(
  { scheduler, lifetime }: { readonly scheduler: BatchScheduler; readonly lifetime: SchedulerLifetime },
  sink: Sink<T>,
  beginFor: (sink: Sink<T>) => Execution,
): Execution {
  const refusal = lifetime.isOpen ? undefined : lifetime.refusal(() => (sink.frame ?? frameHere())?.work !== undefined);
  if (refusal) {
    sink.fail(refusal.error);
    return endedExecution;
  }
  return new LifetimeWait(sink, scheduler, lifetime).begin(beginFor);
}

class LifetimeWait<T> extends ForwardingSink<T> implements Execution, LifetimeWaiter {
  queuedBefore: QueueLinks | undefined;
  queuedAfter: QueueLinks | undefined;
  /** Whether the wait is registered with the lifetime, from its begin to its end. */
  isQueued = false;
  #execution: Execution | undefined;

  constructor(
    sink: Sink<T>,
    private readonly scheduler: BatchScheduler,
    private readonly lifetime: SchedulerLifetime,
  ) {
    super(sink);
  }

  begin(beginFor: (sink: Sink<T>) => Execution): Execution {
    this.lifetime.addWaiter(this);
    const execution = beginFor(this);
    // The value has come already, or the request was cancelled while the execution began.
    if (!this.isQueued) {
      this.scheduler.runQueue.drive(() => {
        execution.cancel();
      });
      return endedExecution;
    }
    this.#execution = execution;
    return this;
  }

  override succeed(value: T): void {
    if (this.#end()) this.sink.succeed(value);
  }

  override fail(error: unknown): void {
    if (this.#end()) this.sink.fail(error);
  }

  cancel(canceller?: Canceller): void {
    if (this.#end()) this.#execution?.cancel(canceller);
    else canceller?.cancelled();
  }

  abort(error: unknown): void {
    if (!this.#end()) return;
    this.scheduler.runQueue.drive(() => this.#execution?.cancel());
    this.sink.fail(error);
  }

  /** Returns false if the wait is over already. */
  #end(): boolean {
    if (!this.isQueued) return false;
    this.lifetime.removeWaiter(this);
    return true;
  }
}
