/**
 * A notification queue calls listeners one by one and survives re-entrancy, in either of two ways. `notifyEach` delivers
 * also from within a listener: a listener may block until another one, later in the queue, has been called. `enqueue`
 * delivers a notification that a listener causes after the current ones, so all listeners see the same order.
 */
import { Fifo } from './fifo';

export class NotificationQueue {
  readonly #pending = new Fifo<() => void>();
  #isDelivering = false;

  /** Notifies each listener before the call returns, after those that are pending. */
  notifyEach<T>(listeners: readonly T[], notify: (listener: T) => void): void {
    for (const listener of listeners) {
      this.#pending.push(() => {
        notify(listener);
      });
    }
    this.deliverPending();
  }

  /** Delivers now, or after the present deliveries if called from within one of them. */
  enqueue(deliver: () => void): void {
    this.#pending.push(deliver);
    if (!this.#isDelivering) this.deliverPending();
  }

  /** Delivers what is pending, each notification once; from within a listener too. */
  deliverPending(): void {
    const isNested = this.#isDelivering;
    this.#isDelivering = true;
    try {
      for (let deliver = this.#pending.shift(); deliver; deliver = this.#pending.shift()) deliver();
    } finally {
      this.#isDelivering = isNested;
    }
  }
}
