/**
 * One run of a stream: a task that may also emit. To its body an emission is like anything else it yields: the value is
 * delivered while the body stands at that yield. So a million emissions nest nowhere, and whoever leaves while a value
 * is handed to them has the body left there, before their `unsubscribe` comes back.
 */
import type { Subscriber } from 'rxjs';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { frameHere, reportOrphan, runIn } from '../scheduler/frame';
import type { Runnable } from '../scheduler/run-queue';
import { ended, type Canceller, type Execution, type Sink } from '../future/execution';
import type { TaskCall } from './task-body';
import { TaskExecution } from './task-execution';

export class StreamExecution extends TaskExecution {
  readonly #outlet: StreamOutlet;
  readonly #queue: BatchScheduler['runQueue'];

  constructor(call: TaskCall, outlet: StreamOutlet, scheduler: BatchScheduler) {
    super(call, outlet, scheduler);
    this.#outlet = outlet;
    this.#queue = scheduler.runQueue;
  }

  override get role(): 'stream' {
    return 'stream';
  }

  /** Delivers a value, and then lets the body go on; at once where nobody is there any more. */
  emit(value: unknown): Execution {
    if (this.#outlet.isClosed) {
      this.succeed(undefined);
      return ended;
    }
    const delivery = new Delivery(value, this.#outlet, this);
    this.#queue.call(delivery);
    return delivery;
  }
}

/** The subscriber of a stream, in the frame that was on when they subscribed. */
export class StreamOutlet implements Sink<unknown> {
  readonly frame = frameHere();
  /** Its body has ended by itself. */
  isOver = false;

  constructor(private readonly subscriber: Subscriber<unknown>) {}

  get isClosed(): boolean {
    return this.subscriber.closed;
  }

  next(value: unknown): void {
    this.#tell(() => this.subscriber.next(value));
  }

  /** What the body returned is nobody's. */
  succeed(): void {
    this.isOver = true;
    this.#tell(() => this.subscriber.complete());
  }

  fail(error: unknown): void {
    this.isOver = true;
    this.#tell(() => this.subscriber.error(error));
  }

  /** What comes back from there, a teardown's error for example, is no failure of the body. */
  #tell(tell: () => void): void {
    try {
      runIn(this.frame, tell);
    } catch (error) {
      reportOrphan(this.frame, error);
    }
  }
}

class Delivery implements Execution, Runnable {
  #isOver = false;

  constructor(
    private readonly value: unknown,
    private readonly outlet: StreamOutlet,
    private readonly body: Sink<undefined>,
  ) {}

  step(): void {
    if (!this.#isOver) this.outlet.next(this.value);
    this.#goOn();
  }

  /** Also while it is being delivered. */
  cancel(canceller?: Canceller): void {
    this.#isOver = true;
    canceller?.cancelled();
  }

  /** Unless whoever was told has left, and the body with them. */
  #goOn(): void {
    if (!this.#isOver) this.body.succeed(undefined);
  }
}
