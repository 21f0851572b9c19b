/**
 * Telling many, one by one. Whoever is told may block, and wait for what another is yet to be told: then that is told from
 * within, and not again.
 */
import { Fifo } from './fifo';

export class NotificationQueue {
  readonly #untold = new Fifo<() => void>();

  notifyEach<T>(listeners: readonly T[], tell: (listener: T) => void): void {
    for (const listener of listeners) {
      this.#untold.push(() => {
        tell(listener);
      });
    }
    this.deliverPending();
  }

  deliverPending(): void {
    for (let tell = this.#untold.shift(); tell; tell = this.#untold.shift()) tell();
  }
}
