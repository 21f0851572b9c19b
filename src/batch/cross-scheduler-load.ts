/**
 * A load on one scheduler for a task on another, such as a call of a pinned batch function. The scheduler of the task
 * counts the load as an external wait and runs the task when the result arrives.
 */
import type { QueueLinks } from '../core/linked-queue';
import { describeBatch } from '../core/describe';
import type { Canceller, Execution, Sink } from '../future/execution';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { ExternalWait, ExternalWaitDescription } from '../scheduler/contract';
import type { SchedulerState } from '../scheduler/scheduler-state';
import type { Frame } from '../scheduler/frame';
import type { BatchQueue } from './batch-queue';

interface LoadRequest<V> {
  readonly sink: Sink<V>;
  readonly scheduler: BatchScheduler;
  /** The future that is loaded. */
  readonly future: object;
}

interface SchedulerPair {
  /** The scheduler of the waiting task. */
  readonly near: BatchScheduler;
  /** The scheduler that loads. */
  readonly far: BatchScheduler;
  /** Name of the batch function. */
  readonly batch: string;
}

export function loadAcross<K, V>(
  queue: BatchQueue<K, V>,
  key: K,
  { sink, scheduler, future }: LoadRequest<V>,
): Execution {
  const schedulers = { near: scheduler, far: queue.scheduler, batch: queue.options.name };
  return beginAcross(schedulers, sink, (farSink) => queue.load(key, farSink, future));
}

/** Begins an execution on the far scheduler for a sink on the near one. */
export function beginAcross<V>(
  schedulers: SchedulerPair,
  sink: Sink<V>,
  beginFar: (sink: Sink<V>) => Execution,
): Execution {
  const load = new CrossSchedulerLoad(sink, schedulers);
  load.setExecution(schedulers.far.runQueue.drive(() => beginFar(load)));
  return load;
}

class CrossSchedulerLoad<V> implements Sink<V>, Execution, ExternalWait {
  queuedBefore: QueueLinks | undefined;
  queuedAfter: QueueLinks | undefined;
  isQueued = false;
  readonly isBatchWait = true;
  #execution: Execution | undefined;
  #hasEnded = false;
  readonly #near: SchedulerState;
  readonly #far: SchedulerState;

  constructor(
    private readonly sink: Sink<V>,
    private readonly schedulers: SchedulerPair,
  ) {
    this.#near = schedulers.near.state;
    this.#far = schedulers.far.state;
    this.#near.addBatchWait(this.#far, this);
  }

  get name(): string | undefined {
    return this.sink.name;
  }

  get frame(): Frame | undefined {
    return this.sink.frame;
  }

  get parent(): Sink<V> {
    return this.sink;
  }

  setExecution(execution: Execution): void {
    this.#execution = execution;
  }

  describe(): string {
    return `${describeBatch(this.schedulers.batch)} on scheduler "${this.schedulers.far.name}"`;
  }

  waitDescriptions(): ExternalWaitDescription[] {
    return [{ waiter: this.sink, what: this.describe() }];
  }

  advance(): boolean {
    const { state } = this.schedulers.far;
    return state.advance() || state.breakDeadlock();
  }

  succeed(value: V): void {
    this.#deliver(() => this.sink.succeed(value));
  }

  fail(error: unknown): void {
    this.#deliver(() => this.sink.fail(error));
  }

  cancel(canceller?: Canceller): void {
    this.#endWait();
    this.schedulers.far.runQueue.drive(() => this.#execution?.cancel());
    canceller?.cancelled();
  }

  /** Delivers before the wait ends: a clock without delays flushes waiting batches in the very call that ends the wait. */
  #deliver(deliver: () => void): void {
    this.schedulers.near.runQueue.drive(() => {
      try {
        deliver();
      } finally {
        this.#endWait();
      }
    });
  }

  #endWait(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#near.removeBatchWait(this.#far, this);
  }
}
