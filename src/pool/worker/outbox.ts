/**
 * The outbox of a worker gathers messages to the host into batches. A batch that cannot be posted is posted again message
 * by message; the message that cannot be posted becomes the failure of its task.
 */
import { serializeError } from '../wire/error-serializer';
import type { TransferError } from '../wire/pool-errors';
import {
  BATCH_HEADER_SIZE,
  CALL,
  ENCODED,
  END,
  FAILURE,
  HOST_MESSAGE_SIZE,
  ITEMS,
  VALUE,
  type Batch,
  type CallPayload,
} from '../wire/messages';
import { isBuffer, whyNotTransferable } from '../wire/transfer-check';
import { encode, encodeArguments, type Encoding } from '../wire/encode-value';
import { transferErrorOf } from '../wire/transfer-error';
import { arrayIncludes, arrayPush, mapGet, mapSet, newList, newMap, now } from '../wire/intrinsics';
import type { WorkerPlatform } from './worker-platform';

/** How long a result may wait for later messages, in ms. */
const MAX_DELAY = 1;

/** The listener is notified of messages that could not be posted. */
export interface OutboxListener {
  taskName(slot: number): string;
  /** A result or an item could not be posted. `postFailure` posts the failure of its task instead. */
  onTaskRejected(slot: number, postFailure: () => void): void;
  onCallRejected(id: number, error: unknown): void;
  /** The arguments of a call have signals, whose copies on the host are to be aborted with them. */
  onCallSignals(id: number, signals: readonly AbortSignal[]): void;
}

export class WorkerOutbox {
  readonly #platform: WorkerPlatform;
  readonly #listener: OutboxListener;
  readonly #token: number;
  #batch: unknown[];
  /** An ordinary array, because a browser reads it by its iterator. */
  #transferList: unknown[] = [];
  /** The encodings of messages that are not posted as they are, by the position of the message. */
  #encodings: Map<number, Encoding> | undefined;
  #lastPost = 0;
  #isFlushScheduled = false;

  /** @param token the number that the host accepts batches of this thread with */
  constructor(platform: WorkerPlatform, listener: OutboxListener, token: number) {
    this.#platform = platform;
    this.#listener = listener;
    this.#token = token;
    this.#batch = this.#newBatch();
  }

  get isEmpty(): boolean {
    return this.#batch.length === BATCH_HEADER_SIZE;
  }

  add(op: number, slotOrId: number, payload?: unknown): void {
    if (op === VALUE && typeof payload === 'object' && payload !== null) this.#addValue(slotOrId, payload);
    else if (op === ITEMS) this.#addItems(slotOrId, payload as readonly unknown[]);
    else if (op === CALL) this.#addCall(slotOrId, payload as CallPayload);
    else this.#add(op, slotOrId, payload);
  }

  #add(op: number, slotOrId: number, payload: unknown): void {
    const batch = this.#batch;
    const { length } = batch;
    batch[length] = op;
    batch[length + 1] = slotOrId;
    batch[length + 2] = payload;
  }

  #addValue(slot: number, value: object): void {
    const encoding = encode(value);
    if (!encoding) this.#add(VALUE, slot, value);
    else if (encoding.refused)
      this.#add(FAILURE, slot, serializeError(this.#errorOf(VALUE, slot, value, { encoding })));
    else this.#addEncoded(VALUE, slot, encoding);
  }

  #addItems(slot: number, items: readonly unknown[]): void {
    const encoding = encode(items);
    if (!encoding) this.#add(ITEMS, slot, items);
    else if (!encoding.refused && !isMovedTwice(items, encoding)) this.#addEncoded(ITEMS, slot, encoding);
    // Items before the one that is refused arrive.
    else this.#postNow(ITEMS, slot, items);
  }

  #addCall(id: number, payload: CallPayload): void {
    const name = payload[1];
    const args = payload[2];
    const encoding = encodeArguments(args as readonly unknown[]);
    if (encoding?.refused) {
      this.#listener.onCallRejected(id, argumentErrorOf(name, args, { encoding }));
      return;
    }
    if (encoding) this.#setEncoding(encoding);
    this.#add(CALL, id, encoding ? [payload[0], name, encoding.data, encoding.transferList] : payload);
    if (encoding && encoding.signals.length > 0) this.#listener.onCallSignals(id, encoding.signals);
  }

  #addEncoded(op: number, slot: number, encoding: Encoding): void {
    this.#setEncoding(encoding);
    this.#add(encoding.isEncoded ? op | ENCODED : op, slot, encoding.data);
  }

  /** Keeps the encoding of the next message, in case that its batch cannot be posted. */
  #setEncoding(encoding: Encoding): void {
    this.#encodings ??= newMap();
    mapSet(this.#encodings, this.#batch.length, encoding);
    const { transferList } = encoding;
    for (let index = 0; index < transferList.length; index++) arrayPush(this.#transferList, transferList[index]);
  }

  /** Counts a task that has ended after `ms`; the host adapts its prefetch to these numbers. */
  count(ms: number): void {
    const header = this.#batch as number[]; // The first two elements are numbers.
    header[0] = (header[0] ?? 0) + 1;
    header[1] = (header[1] ?? 0) + ms;
  }

  /** Whether the last batch was posted so long ago that waiting messages are flushed now. */
  isFlushDue(time: number): boolean {
    return time - this.#lastPost > MAX_DELAY;
  }

  /** Flushes after the received messages have been handled, together with what is added until then. */
  flushSoon(): void {
    if (this.#isFlushScheduled || this.isEmpty) return;
    this.#isFlushScheduled = true;
    this.#platform.runSoon(() => {
      this.#isFlushScheduled = false;
      this.flush();
    });
  }

  flush(): void {
    if (this.isEmpty) return;
    const batch = this.#batch;
    const transferList = this.#transferList;
    const encodings = this.#encodings;
    this.#batch = this.#newBatch();
    this.#transferList = [];
    this.#encodings = undefined;
    this.#lastPost = now();
    try {
      checkTransferable(transferList);
      this.#platform.post(batch, transferList);
    } catch {
      this.#postEach(batch, encodings);
    }
    this.#platform.notifyHost();
  }

  /** Posts the messages so far, and then this one. */
  #postNow(op: number, id: number, payload: unknown): void {
    this.flush();
    this.#add(op, id, payload);
    const batch = this.#batch;
    this.#batch = this.#newBatch();
    this.#postEach(batch, undefined);
    this.#platform.notifyHost();
  }

  #newBatch(): unknown[] {
    const batch = newList<unknown>();
    batch[0] = 0;
    batch[1] = 0;
    batch[2] = this.#token;
    return batch;
  }

  #postEach(batch: Batch, encodings: ReadonlyMap<number, Encoding> | undefined): void {
    this.#platform.post([batch[0], batch[1], this.#token], []);
    const rejectedSlots = newList<number>();
    for (let index = BATCH_HEADER_SIZE; index < batch.length; index += HOST_MESSAGE_SIZE) {
      const op = (batch[index] as number) & ~ENCODED;
      const id = batch[index + 1] as number;
      const encoding = encodings && mapGet(encodings, index);
      const payload = encoding && op !== CALL ? encoding.value : batch[index + 2];
      if (op === CALL) this.#postCall(id, payload as CallPayload, encoding);
      else if (!isAboutTask(op)) this.#platform.post([0, 0, this.#token, op, id, payload], []);
      // A failure was the last message of its task: the slot may belong to another task by now.
      else if (!arrayIncludes(rejectedSlots, id) && !this.#postOne(op, id, payload))
        rejectedSlots[rejectedSlots.length] = id;
    }
  }

  /** Posts a message of a task, or else its failure; false for a failure. */
  #postOne(op: number, slot: number, payload: unknown): boolean {
    // Items are posted one by one, so that those before the one that cannot be posted arrive.
    const items = op === ITEMS ? (payload as readonly unknown[]) : [payload];
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      const value = op === ITEMS ? [item] : item;
      const encoding = encode(value);
      try {
        this.#postAlone(encoding?.isEncoded ? op | ENCODED : op, slot, encoding ? encoding.data : value, encoding);
      } catch (cause) {
        const failure = this.#errorOf(op, slot, item, { encoding, cause });
        this.#listener.onTaskRejected(slot, () => {
          this.#platform.post([0, 0, this.#token, FAILURE, slot, serializeError(failure)], []);
        });
        return false;
      }
    }
    return true;
  }

  #postCall(id: number, payload: CallPayload, encoding: Encoding | undefined): void {
    try {
      this.#postAlone(CALL, id, payload, encoding);
    } catch (cause) {
      const args = encoding ? encoding.value : payload[2];
      this.#listener.onCallRejected(id, argumentErrorOf(payload[1], args, { encoding, cause }));
    }
  }

  /** @throws what the platform throws, or an error about the part of the value that is refused. */
  #postAlone(op: number, id: number, payload: unknown, encoding: Encoding | undefined): void {
    if (encoding?.refused) throw new RefusedError('The value contains an object that is not sent.');
    const transferList = encoding ? encoding.transferList : [];
    checkTransferable(transferList);
    const message = [0, 0, this.#token, op, id, payload];
    try {
      this.#platform.post(message, transferList);
    } catch (error) {
      const withoutBuffers: unknown[] = [];
      for (let index = 0; index < transferList.length; index++)
        if (!isBuffer(transferList[index])) arrayPush(withoutBuffers, transferList[index]);
      if (withoutBuffers.length === transferList.length) throw error;
      // The platform may be unable to move a buffer, as that of a WebAssembly memory, and copies it then.
      this.#platform.post(message, withoutBuffers);
    }
  }

  #errorOf(op: number, slot: number, value: unknown, refusal: Refusal): TransferError {
    const root = op === ITEMS ? 'An item' : 'The result';
    return transferErrorOf(this.#listener.taskName(slot), { root, value, ...refusal });
  }
}

interface Refusal {
  readonly encoding: Encoding | undefined;
  readonly cause?: unknown;
}

const argumentErrorOf = (name: string, args: unknown, refusal: Refusal): TransferError =>
  transferErrorOf(name, { root: 'args', value: args, ...refusal });

/** The platform does not refuse a buffer that was moved before: it would arrive as an empty one. */
function checkTransferable(transferList: readonly unknown[]): void {
  const why = transferList.length > 0 ? whyNotTransferable(transferList) : undefined;
  if (why !== undefined) throw new RefusedError(why);
}

class RefusedError extends Error {}

/** Whether the second element of the message is the slot of a task. */
const isAboutTask = (op: number): boolean => op === VALUE || op === FAILURE || op === ITEMS || op === END;

/** Whether two items move the same object. Within one item, an object that occurs twice is moved once. */
function isMovedTwice(items: readonly unknown[], { transferList }: Encoding): boolean {
  if (transferList.length === 0 || items.length === 1) return false;
  let count = 0;
  for (let index = 0; index < items.length; index++) count += encode(items[index])?.transferList.length ?? 0;
  return count > transferList.length;
}
