/**
 * One run of a stream: a task that may also emit. The body yields an emission like any input, and the value is delivered
 * while the body is suspended at that yield. So a million emissions do not nest, and a subscriber that unsubscribes while
 * it receives a value ends the body at that yield, before `unsubscribe` returns.
 */
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { Runnable } from '../scheduler/run-queue';
import { endedExecution, type Canceller, type Execution, type Sink } from '../future/execution';
import type { StreamSubscriberSink } from './stream-subscriber-sink';
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
      return endedExecution;
    }
    const delivery = new EmissionDelivery(value, this.#subscriber, this);
    this.#runQueue.runNext(delivery);
    return delivery;
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
