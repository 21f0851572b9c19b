/**
 * Telling many, one by one. Whoever is told may block, and wait for what another is yet to be told: then that is told from
 * within, and not again.
 */
import { Fifo } from '../scheduler/fifo';

export class Notices {
  readonly #untold = new Fifo<() => void>();

  tellEach<T>(listeners: readonly T[], tell: (listener: T) => void): void {
    for (const listener of listeners) {
      this.#untold.push(() => {
        tell(listener);
      });
    }
    this.tellOn();
  }

  tellOn(): void {
    for (let tell = this.#untold.shift(); tell; tell = this.#untold.shift()) tell();
  }
}
