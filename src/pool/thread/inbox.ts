/**
 * The inbox holds the batches that a worker has sent and hands out their messages one by one, in order. A message handler
 * may block and read on from within, so the reading position is kept here and not in the caller's loop.
 */
import { Fifo } from '../../core/fifo';
import { BATCH_HEADER_SIZE, HOST_MESSAGE_SIZE, type Batch } from '../wire/messages';

export class Inbox {
  readonly #batches = new Fifo<Batch>();
  readonly #onBatch: (ended: number, ms: number) => void;
  #batch: Batch = [];
  #position = 0;

  /** @param onBatch called before the first message of a batch, with the number of tasks it ends and the ms they took */
  constructor(onBatch: (ended: number, ms: number) => void) {
    this.#onBatch = onBatch;
  }

  push(batch: Batch): void {
    this.#batches.push(batch);
  }

  /** Hands the next message to `onMessage`. Returns false if the inbox is empty. */
  read(onMessage: (op: number, id: number, payload: unknown) => void): boolean {
    if (!this.#hasMessage()) return false;
    const [batch, position] = [this.#batch, this.#position];
    this.#position += HOST_MESSAGE_SIZE;
    onMessage(batch[position] as number, batch[position + 1] as number, batch[position + 2]);
    return true;
  }

  #hasMessage(): boolean {
    while (this.#position >= this.#batch.length) {
      const next = this.#batches.shift();
      if (!next) return false;
      this.#batch = next;
      this.#position = BATCH_HEADER_SIZE;
      this.#onBatch(next[0] as number, next[1] as number);
    }
    return true;
  }
}
