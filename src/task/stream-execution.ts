/**
 * One run of a stream: a task that may also emit. The body yields an emission like any input, and the value is delivered
 * while the body is suspended at that yield. So a million emissions do not nest, and a subscriber that unsubscribes while
 * it receives a value ends the body at that yield, before `unsubscribe` returns.
 */
import type { Subscriber } from 'rxjs';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { frameHere, reportOrphan, runIn } from '../scheduler/frame';
import type { Runnable } from '../scheduler/run-queue';
import { ended, type Canceller, type Execution, type Sink } from '../future/execution';
import type { TaskCall } from './task-body';
import { TaskExecution } from './task-execution';

export class StreamExecution extends TaskExecution {
  readonly #subscriber: StreamSubscriberSink;
  readonly #runQueue: BatchScheduler['runQueue'];

  constructor(call: TaskCall, subscriber: StreamSubscriberSink, scheduler: BatchScheduler) {
    super(call, subscriber, scheduler);
    this.#subscriber = subscriber;
    this.#runQueue = scheduler.runQueue;
  }

  override get role(): 'stream' {
    return 'stream';
  }

  /** Delivers a value and then resumes the body; resumes it at once if the subscriber is closed. */
  emit(value: unknown): Execution {
    if (this.#subscriber.isClosed) {
      this.succeed(undefined);
      return ended;
    }
    const delivery = new EmissionDelivery(value, this.#subscriber, this);
    this.#runQueue.call(delivery);
    return delivery;
  }
}

/** The subscriber of a stream as a sink, in the frame of its subscription. */
export class StreamSubscriberSink implements Sink<unknown> {
  readonly frame = frameHere();
  /** Whether the body has ended by itself. */
  isOver = false;

  constructor(private readonly subscriber: Subscriber<unknown>) {}

  get isClosed(): boolean {
    return this.subscriber.closed;
  }

  next(value: unknown): void {
    this.#notify(() => this.subscriber.next(value));
  }

  /** Completes. The return value of the body is not emitted. */
  succeed(): void {
    this.isOver = true;
    this.#notify(() => this.subscriber.complete());
  }

  fail(error: unknown): void {
    this.isOver = true;
    this.#notify(() => this.subscriber.error(error));
  }

  /** Errors of the subscriber, such as an error of its teardown, must not fail the body. */
  #notify(notify: () => void): void {
    try {
      runIn(this.frame, notify);
    } catch (error) {
      reportOrphan(this.frame, error);
    }
  }
}

class EmissionDelivery implements Execution, Runnable {
  #isOver = false;

  constructor(
    private readonly value: unknown,
    private readonly subscriber: StreamSubscriberSink,
    private readonly body: Sink<undefined>,
  ) {}

  step(): void {
    if (!this.#isOver) this.subscriber.next(this.value);
    this.#resumeBody();
  }

  /** Called also during the delivery, if the subscriber unsubscribes there. */
  cancel(canceller?: Canceller): void {
    this.#isOver = true;
    canceller?.cancelled();
  }

  /** Reads the flag again: the subscriber may have unsubscribed during the delivery. */
  #resumeBody(): void {
    if (!this.#isOver) this.body.succeed(undefined);
  }
}
