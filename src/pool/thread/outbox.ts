/**
 * What goes to a worker: messages gathered into batches. A batch that can't be posted is posted again message by
 * message, and the one at fault comes back.
 */
import { Fifo } from '../../core/fifo';
import { whyNotTransferable } from '../wire/transfer-check';
import type { ThreadHandle } from './platform';
import { TransferError } from '../wire/pool-errors';
import { ANSWER, RUN, TO_WORKER, type Batch } from '../wire/messages';
import { markedIn } from '../wire/transfer';
import { findUncloneable } from '../wire/find-uncloneable';

/** A task, or the answer to one, that can't be sent: the error for the name it goes by. */
export type OnRejected = (
  op: typeof RUN | typeof ANSWER,
  id: number,
  errorFor: (name: string) => TransferError,
) => void;

export class HostOutbox {
  readonly #handle: ThreadHandle;
  readonly #onRefused: OnRejected;
  #batch: unknown[] = [];
  #moved: unknown[] = [];
  #sent = 0;
  readonly #rest = new Fifo<unknown[]>();
  /** By place: with which batch its task went. */
  readonly #batchOf: number[] = [];

  constructor(handle: ThreadHandle, onRefused: OnRejected) {
    this.#handle = handle;
    this.#onRefused = onRefused;
  }

  add(op: number, id: number, first?: unknown, second?: unknown): void {
    this.#batch.push(op, id, first, second);
    if (op === ANSWER) this.#mark([first]);
    if (op !== RUN) return;
    this.#batchOf[id] = this.#sent;
    this.#mark(second as readonly unknown[]);
  }

  flush(): void {
    this.#postRest();
    if (this.#batch.length === 0) return;
    const [batch, moved] = [this.#batch, this.#moved];
    this.#batch = [];
    this.#moved = [];
    try {
      this.#post(batch, moved);
    } catch {
      this.#postEach(batch);
    }
  }

  /** The places whose tasks went with this batch. */
  placesIn(batch: number): number[] {
    return [...this.#batchOf.keys()].filter((place) => this.#batchOf[place] === batch);
  }

  #mark(values: readonly unknown[]): void {
    for (const value of values) {
      const moved = markedIn(value);
      if (moved) this.#moved.push(...moved);
    }
  }

  /** The platform takes a buffer that was moved before for a batch that nobody can read. */
  #post(batch: Batch, moved: readonly unknown[]): void {
    const why = moved.length > 0 ? whyNotTransferable(moved) : undefined;
    if (why) throw new TypeError(why);
    this.#handle.post(batch, moved);
    this.#sent++;
  }

  #postEach(batch: Batch): void {
    for (let index = 0; index < batch.length; index += TO_WORKER)
      this.#rest.push(batch.slice(index, index + TO_WORKER));
    this.#postRest();
  }

  #postRest(): void {
    for (let message = this.#rest.shift(); message; message = this.#rest.shift()) {
      const [op, id, first, second] = message as [number, number, unknown, unknown];
      const values = op === RUN ? (second as readonly unknown[]) : op === ANSWER ? [first] : [];
      const moved = values.flatMap((value) => markedIn(value) ?? []);
      if (op === RUN) this.#batchOf[id] = this.#sent;
      try {
        this.#post(message, moved);
      } catch (cause) {
        if (op !== RUN && op !== ANSWER) throw cause;
        this.#onRefused(op, id, (name) => transferErrorOf(name, { values, moved, cause, isAnswer: op === ANSWER }));
      }
    }
  }
}

interface RejectedMessage {
  readonly values: readonly unknown[];
  readonly moved: readonly unknown[];
  readonly cause: unknown;
  readonly isAnswer: boolean;
}

function transferErrorOf(name: string, { values, moved, cause, isAnswer }: RejectedMessage): TransferError {
  const root = isAnswer ? 'The answer' : 'args';
  const notMoved = whyNotTransferable(moved);
  if (notMoved) return new TransferError(name, root, notMoved, cause);
  const found = findUncloneable(isAnswer ? values[0] : values, root, moved);
  return new TransferError(name, found?.path ?? root, found?.what ?? 'refused by structured clone', cause);
}
