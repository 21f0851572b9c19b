/**
 * A notification queue calls listeners one by one and survives re-entrancy. A listener may block until another listener,
 * later in the queue, has run: `deliverPending` then calls the remaining listeners from inside, each of them once.
 */
import { Fifo } from './fifo';

export class NotificationQueue {
  readonly #pending = new Fifo<() => void>();

  notifyEach<T>(listeners: readonly T[], notify: (listener: T) => void): void {
    for (const listener of listeners) {
      this.#pending.push(() => {
        notify(listener);
      });
    }
    this.deliverPending();
  }

  deliverPending(): void {
    for (let deliver = this.#pending.shift(); deliver; deliver = this.#pending.shift()) deliver();
  }
}
