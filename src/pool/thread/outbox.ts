/**
 * The outbox gathers messages to one worker and posts them as one batch. If a batch cannot be posted, its messages are
 * posted one by one, and only those that cannot be sent are rejected.
 */
import { Fifo } from '../../core/fifo';
import { whyNotTransferable } from '../wire/transfer-check';
import type { ThreadHandle } from './platform';
import { TransferError } from '../wire/pool-errors';
import { INIT, RESOLVE_CALL, RUN, WORKER_MESSAGE_SIZE, type Batch } from '../wire/messages';
import { getTransferList } from '../wire/transfer';
import { findUncloneable } from '../wire/find-uncloneable';

/** Called for a task, the result of a nested call, or the data of `init`, that cannot be sent. `errorFor` makes the error from the task's name. */
export type OnRejected = (
  op: typeof RUN | typeof RESOLVE_CALL | typeof INIT,
  id: number,
  errorFor: (name: string) => TransferError,
) => void;

export class HostOutbox {
  readonly #handle: ThreadHandle;
  readonly #onRejected: OnRejected;
  #messages: unknown[] = [];
  #transferList: unknown[] = [];
  #postedBatches = 0;
  /** Messages of a batch that could not be posted. */
  readonly #retries = new Fifo<unknown[]>();
  /** By slot: the number of the batch in which its task was sent. */
  readonly #batchOfSlot: number[] = [];

  constructor(handle: ThreadHandle, onRejected: OnRejected) {
    this.#handle = handle;
    this.#onRejected = onRejected;
  }

  add(op: number, id: number, first?: unknown, second?: unknown): void {
    this.#messages.push(op, id, first, second);
    if (op === RESOLVE_CALL || op === INIT) this.#addTransfers([first]);
    if (op !== RUN) return;
    this.#batchOfSlot[id] = this.#postedBatches;
    this.#addTransfers(second as readonly unknown[]);
  }

  flush(): void {
    this.#postRetries();
    if (this.#messages.length === 0) return;
    const [messages, transferList] = [this.#messages, this.#transferList];
    this.#messages = [];
    this.#transferList = [];
    try {
      this.#post(messages, transferList);
    } catch {
      this.#postOneByOne(messages);
    }
  }

  /** The slots whose tasks were sent in this batch. */
  slotsInBatch(batch: number): number[] {
    return [...this.#batchOfSlot.keys()].filter((slot) => this.#batchOfSlot[slot] === batch);
  }

  #addTransfers(values: readonly unknown[]): void {
    for (const value of values) {
      const transfers = getTransferList(value);
      if (transfers) this.#transferList.push(...transfers);
    }
  }

  /** Checks the transfer list first: the platform accepts a buffer that was transferred before and posts an unreadable batch. */
  #post(messages: Batch, transferList: readonly unknown[]): void {
    const why = transferList.length > 0 ? whyNotTransferable(transferList) : undefined;
    if (why) throw new TypeError(why);
    this.#handle.post(messages, transferList);
    this.#postedBatches++;
  }

  #postOneByOne(messages: Batch): void {
    for (let index = 0; index < messages.length; index += WORKER_MESSAGE_SIZE)
      this.#retries.push(messages.slice(index, index + WORKER_MESSAGE_SIZE));
    this.#postRetries();
  }

  #postRetries(): void {
    for (let message = this.#retries.shift(); message; message = this.#retries.shift()) {
      const [op, id, first, second] = message as [number, number, unknown, unknown];
      const values = op === RUN ? (second as readonly unknown[]) : op === RESOLVE_CALL || op === INIT ? [first] : [];
      const transferList = values.flatMap((value) => getTransferList(value) ?? []);
      if (op === RUN) this.#batchOfSlot[id] = this.#postedBatches;
      try {
        this.#post(message, transferList);
      } catch (cause) {
        if (op !== RUN && op !== RESOLVE_CALL && op !== INIT) throw cause;
        const rejected = { op, values, transferList, cause };
        this.#onRejected(op, id, (name) => transferErrorOf(name, rejected));
      }
    }
  }
}

interface RejectedMessage {
  readonly values: readonly unknown[];
  readonly transferList: readonly unknown[];
  readonly cause: unknown;
  readonly op: number;
}

function transferErrorOf(name: string, { op, values, transferList, cause }: RejectedMessage): TransferError {
  const root = op === RUN ? 'args' : op === INIT ? 'initData' : 'The answer';
  const obstacle = whyNotTransferable(transferList);
  if (obstacle) return new TransferError(name, root, obstacle, cause);
  const found = findUncloneable(op === RUN ? values : values[0], root, transferList);
  return new TransferError(name, found?.path ?? root, found?.what ?? 'refused by structured clone', cause);
}
