/** The subscriber of a stream as a sink, in the frame of its subscription. */
import type { Subscriber } from 'rxjs';
import { frameHere, reportOrphan, runIn } from '../scheduler/frame';
import type { Sink } from '../future/execution';

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
