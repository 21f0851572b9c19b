/**
 * What has come from a worker, message by message and in order. Whoever is told of one may block, and so read on from
 * within: there is one place where the reading stands.
 */
import { Fifo } from '../../core/fifo';
import { HEAD, TO_HOST, type Batch } from '../wire/messages';

export class Inbox {
  readonly #batches = new Fifo<Batch>();
  readonly #onBatch: (ended: number, ms: number) => void;
  #batch: Batch = [];
  #at = 0;

  constructor(onBatch: (ended: number, ms: number) => void) {
    this.#onBatch = onBatch;
  }

  push(batch: Batch): void {
    this.#batches.push(batch);
  }

  /** Tells the next message; false when there is none. */
  read(hear: (op: number, id: number, payload: unknown) => void): boolean {
    if (!this.#hasMessage()) return false;
    const [batch, at] = [this.#batch, this.#at];
    this.#at += TO_HOST;
    hear(batch[at] as number, batch[at + 1] as number, batch[at + 2]);
    return true;
  }

  #hasMessage(): boolean {
    while (this.#at >= this.#batch.length) {
      const next = this.#batches.shift();
      if (!next) return false;
      this.#batch = next;
      this.#at = HEAD;
      this.#onBatch(next[0] as number, next[1] as number);
    }
    return true;
  }
}
