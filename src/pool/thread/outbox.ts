/**
 * The outbox gathers messages to one worker and posts them as one batch. If a batch cannot be posted, its messages are
 * posted one by one, and only those that cannot be sent are rejected.
 */
import { Fifo } from '../../core/fifo';
import { encode, type Encoding } from '../wire/encode-value';
import { isBuffer, whyNotTransferable } from '../wire/transfer-check';
import type { ThreadHandle } from './platform';
import type { TransferError } from '../wire/pool-errors';
import { ENCODED, INIT, RESOLVE_CALL, RUN, WORKER_MESSAGE_SIZE, type Batch } from '../wire/messages';
import { transferErrorOf } from '../wire/transfer-error';

/** Called for a task, the result of a nested call, or the data of `init`, that cannot be sent. `errorFor` makes the error from the task's name. */
export type OnRejected = (
  op: typeof RUN | typeof RESOLVE_CALL | typeof INIT,
  id: number,
  errorFor: (name: string) => TransferError,
) => void;

/** A message that is posted alone, or rejected. */
interface SingleMessage {
  readonly message: readonly [op: number, id: number, first: unknown, second: unknown];
  readonly encoding: Encoding | undefined;
}

export class HostOutbox {
  readonly #handle: ThreadHandle;
  readonly #onRejected: OnRejected;
  #messages: unknown[] = [];
  #transferList: unknown[] = [];
  /** The encodings of messages that are not posted as they are, by the position of the message. */
  #encodings = new Map<number, Encoding>();
  #postedBatches = 0;
  /** Messages of a batch that could not be posted. */
  readonly #singles = new Fifo<SingleMessage>();
  /** By slot: the number of the batch in which its task was sent. */
  readonly #batchOfSlot: number[] = [];

  constructor(handle: ThreadHandle, onRejected: OnRejected) {
    this.#handle = handle;
    this.#onRejected = onRejected;
  }

  add(op: number, id: number, first?: unknown, second?: unknown): void {
    this.#messages.push(op, id, first, second);
  }

  addRun(slot: number, functionIndex: number, args: readonly unknown[], encoding: Encoding | undefined): void {
    this.#batchOfSlot[slot] = this.#postedBatches;
    if (encoding) this.#addEncoded([RUN, slot, functionIndex, args], encoding);
    else this.add(RUN, slot, functionIndex, args);
  }

  /** Adds the result of a nested call, or the data of `init`. */
  addValue(op: typeof RESOLVE_CALL | typeof INIT, id: number, value: unknown): void {
    const encoding = encode(value);
    if (encoding) this.#addEncoded([op, id, undefined, value], encoding);
    else this.add(op, id, undefined, value);
  }

  flush(): void {
    this.#postSingles();
    if (this.#messages.length === 0) return;
    const [messages, transferList, encodings] = [this.#messages, this.#transferList, this.#encodings];
    this.#messages = [];
    this.#transferList = [];
    if (encodings.size > 0) this.#encodings = new Map();
    try {
      this.#post(messages, transferList);
    } catch {
      for (let index = 0; index < messages.length; index += WORKER_MESSAGE_SIZE) {
        const message = messages.slice(index, index + WORKER_MESSAGE_SIZE);
        // Cast: a message has that many elements.
        this.#singles.push({
          message: message as unknown as SingleMessage['message'],
          encoding: encodings.get(index),
        });
      }
    }
    this.#postSingles();
  }

  /** The slots whose tasks were sent in this batch. */
  slotsInBatch(batch: number): number[] {
    return [...this.#batchOfSlot.keys()].filter((slot) => this.#batchOfSlot[slot] === batch);
  }

  #addEncoded(message: SingleMessage['message'], encoding: Encoding): void {
    if (encoding.refused) {
      this.#singles.push({ message, encoding });
      return;
    }
    const [op, id, first] = message;
    this.#encodings.set(this.#messages.length, encoding);
    for (const item of encoding.transferList) this.#transferList.push(item);
    this.add(encoding.isEncoded ? op | ENCODED : op, id, first, encoding.data);
  }

  /** Checks the transfer list first: the platform accepts a buffer that was transferred before and posts an unreadable batch. */
  #post(messages: Batch, transferList: readonly unknown[]): void {
    const why = transferList.length > 0 ? whyNotTransferable(transferList) : undefined;
    if (why) throw new TypeError(why);
    this.#handle.post(messages, transferList);
    this.#postedBatches++;
  }

  #postSingles(): void {
    for (let single = this.#singles.shift(); single; single = this.#singles.shift()) {
      const { message, encoding } = single;
      const [opOfMessage, id, , data] = message;
      const op = opOfMessage & ~ENCODED;
      if (op === RUN) this.#batchOfSlot[id] = this.#postedBatches;
      try {
        if (encoding?.refused) throw new TypeError('The value contains an object that is not sent.');
        this.#postSingle(message, encoding?.transferList ?? []);
      } catch (cause) {
        if (op !== RUN && op !== RESOLVE_CALL && op !== INIT) throw cause;
        const root = ROOTS[op];
        const value = encoding ? encoding.value : data;
        this.#onRejected(op, id, (name) => transferErrorOf(name, { root, value, encoding, cause }));
      }
    }
  }

  #postSingle(message: Batch, transferList: readonly unknown[]): void {
    try {
      this.#post(message, transferList);
    } catch (error) {
      const withoutBuffers = transferList.filter((item) => !isBuffer(item));
      if (withoutBuffers.length === transferList.length || whyNotTransferable(transferList)) throw error;
      // The platform may be unable to move a buffer, as that of a WebAssembly memory, and copies it then.
      this.#post(message, withoutBuffers);
    }
  }
}

/** The names of the values in errors, with which the paths of their parts begin. */
const ROOTS = { [RUN]: 'args', [RESOLVE_CALL]: 'The answer', [INIT]: 'initData' } as const;
