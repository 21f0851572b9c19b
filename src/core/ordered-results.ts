/**
 * Ordered results: the results of inner Observables that run concurrently are emitted in the order in which the inner
 * Observables began. Those of the first one that has not ended are emitted as they arrive.
 */
import type { Subscriber } from 'rxjs';
import { Fifo } from './fifo';
import { NotificationQueue } from './notification-queue';

/** The results of one inner Observable that are not emitted yet. */
export interface ResultBuffer<R> {
  readonly results: Fifo<R>;
  hasEnded: boolean;
  /** Called once the inner Observable has ended and its last result is emitted. */
  onEmitted: (() => void) | undefined;
}

export class OrderedResults<R> {
  /** The inner Observables whose results have not all been emitted, in the order of their begin. */
  readonly #buffers = new Fifo<ResultBuffer<R>>();
  /** A subscriber may cause further results: they are emitted after the present one, by a loop and not by a recursion. */
  readonly #emissions = new NotificationQueue();

  constructor(private readonly subscriber: Subscriber<R>) {}

  /** Adds an inner Observable after those that began before. */
  add(): ResultBuffer<R> {
    const buffer: ResultBuffer<R> = { results: new Fifo(), hasEnded: false, onEmitted: undefined };
    this.#buffers.push(buffer);
    return buffer;
  }

  addResult(buffer: ResultBuffer<R>, result: R): void {
    buffer.results.push(result);
    if (buffer === this.#buffers.first) this.#emissions.enqueue(this.#emit);
  }

  end(buffer: ResultBuffer<R>, onEmitted?: () => void): void {
    buffer.hasEnded = true;
    buffer.onEmitted = onEmitted;
    if (buffer === this.#buffers.first) this.#emissions.enqueue(this.#emit);
  }

  /** Completes after the results that are being emitted. */
  complete(): void {
    this.#emissions.enqueue(() => {
      this.subscriber.complete();
    });
  }

  readonly #emit = (): void => {
    for (let buffer = this.#buffers.first; buffer; buffer = this.#buffers.first) {
      while (buffer.results.length > 0 && !this.subscriber.closed) {
        this.subscriber.next(buffer.results.shift() as R); // Cast: an `R`, because the queue is not empty.
      }
      if (!buffer.hasEnded) return;
      this.#buffers.shift();
      buffer.onEmitted?.();
    }
  };
}
