/**
 * Asking a batch function that is pinned to one scheduler from a task on another: the task's scheduler sees a wait
 * elsewhere, and is driven when the answer comes.
 */
import { describeBatch } from '../core/describe';
import type { Canceller, Execution, Sink } from '../future/execution';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { ExternalWait, SchedulerState, ExternalWaitDescription } from '../scheduler/scheduler-state';
import type { Frame } from '../scheduler/frame';
import type { BatchQueue } from './batch-queue';

interface Asker<V> {
  readonly sink: Sink<V>;
  readonly scheduler: BatchScheduler;
  /** What was asked for. */
  readonly future: object;
}

export function askAcross<K, V>(world: BatchQueue<K, V>, key: K, { sink, scheduler, future }: Asker<V>): Execution {
  const banks = { near: scheduler, far: world.scheduler, batch: world.options.name };
  return beginAcross(banks, sink, (bridge) => world.ask(key, bridge, future));
}

/** Begins on the far scheduler what the sink waits for on the near one. */
export function beginAcross<V>(banks: Banks, sink: Sink<V>, beginThere: (sink: Sink<V>) => Execution): Execution {
  const bridge = new CrossSchedulerLoad(sink, banks);
  bridge.begun(banks.far.runQueue.drive(() => beginThere(bridge)));
  return bridge;
}

interface Banks {
  readonly near: BatchScheduler;
  readonly far: BatchScheduler;
  readonly batch: string;
}

class CrossSchedulerLoad<V> implements Sink<V>, Execution, ExternalWait {
  readonly isAsk = true;
  #execution: Execution | undefined;
  #hasLeft = false;
  readonly #state: SchedulerState;
  readonly #far: SchedulerState;

  constructor(
    private readonly sink: Sink<V>,
    private readonly banks: Banks,
  ) {
    this.#state = banks.near.state;
    this.#far = banks.far.state;
    this.#state.waitsFor(this.#far, this);
  }

  get name(): string | undefined {
    return this.sink.name;
  }

  get frame(): Frame | undefined {
    return this.sink.frame;
  }

  get above(): Sink<V> {
    return this.sink;
  }

  begun(execution: Execution): void {
    this.#execution = execution;
  }

  describe(): string {
    return `${describeBatch(this.banks.batch)} on scheduler "${this.banks.far.name}"`;
  }

  waited(): ExternalWaitDescription[] {
    return [{ waiter: this.sink, what: this.describe() }];
  }

  advance(): boolean {
    const { state: era } = this.banks.far;
    return era.advance() || era.breakDeadlock();
  }

  succeed(value: V): void {
    this.#tell(() => this.sink.succeed(value));
  }

  fail(error: unknown): void {
    this.#tell(() => this.sink.fail(error));
  }

  cancel(canceller?: Canceller): void {
    this.#leave();
    this.banks.far.runQueue.drive(() => this.#execution?.cancel());
    canceller?.cancelled();
  }

  /** Told first: a clock without delays flushes what waited for this within the very call that ends the wait. */
  #tell(tell: () => void): void {
    this.banks.near.runQueue.drive(() => {
      try {
        tell();
      } finally {
        this.#leave();
      }
    });
  }

  #leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#state.waitedFor(this.#far, this);
  }
}
