/**
 * The outbox of a worker gathers messages to the host into batches. A batch that cannot be posted is posted again message
 * by message; the message that cannot be posted becomes the failure of its task.
 */
import { serializeError } from '../wire/error-serializer';
import { TransferError } from '../wire/pool-errors';
import {
  BATCH_HEADER_SIZE,
  CALL,
  END,
  FAILURE,
  HOST_MESSAGE_SIZE,
  ITEMS,
  VALUE,
  type Batch,
  type CallPayload,
} from '../wire/messages';
import { whyNotTransferable } from '../wire/transfer-check';
import { getTransferList } from '../wire/transfer';
import { findUncloneable } from '../wire/find-uncloneable';
import { arrayIncludes, attemptOr, newList, now } from '../wire/intrinsics';
import type { WorkerPlatform } from './worker-platform';

/** How long a result may wait for later messages, in ms. */
const MAX_DELAY = 1;

/** The listener is notified of messages that could not be posted. */
export interface OutboxListener {
  taskName(slot: number): string;
  /** A result or an item could not be posted. `postFailure` posts the failure of its task instead. */
  onTaskRejected(slot: number, postFailure: () => void): void;
  onCallRejected(id: number, error: unknown): void;
}

export class WorkerOutbox {
  readonly #platform: WorkerPlatform;
  readonly #listener: OutboxListener;
  readonly #token: number;
  #batch: unknown[];
  #transferList = newList<unknown>();
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
    const batch = this.#batch;
    const { length } = batch;
    batch[length] = op;
    batch[length + 1] = slotOrId;
    batch[length + 2] = payload;
    if (op === VALUE) this.#addTransferList(payload);
    else if (op === CALL) addAll((payload as CallPayload)[3], this.#transferList);
    else if (op === ITEMS) {
      const items = payload as readonly unknown[];
      for (let index = 0; index < items.length; index++) this.#addTransferList(items[index]);
    }
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
    this.#batch = this.#newBatch();
    this.#transferList = newList();
    this.#lastPost = now();
    try {
      checkTransferable(transferList);
      this.#platform.post(batch, transferList);
    } catch {
      this.#postEach(batch);
    }
    this.#platform.notifyHost();
  }

  #newBatch(): unknown[] {
    const batch = newList<unknown>();
    batch[0] = 0;
    batch[1] = 0;
    batch[2] = this.#token;
    return batch;
  }

  #addTransferList(value: unknown): void {
    addAll([getTransferList(value)], this.#transferList);
  }

  #postEach(batch: Batch): void {
    this.#platform.post([batch[0], batch[1], this.#token], []);
    const rejectedSlots = newList<number>();
    for (let index = BATCH_HEADER_SIZE; index < batch.length; index += HOST_MESSAGE_SIZE) {
      const op = batch[index] as number;
      const id = batch[index + 1] as number;
      if (op === CALL) this.#postCall(id, batch[index + 2] as CallPayload);
      else if (!isAboutTask(op)) this.#platform.post([0, 0, this.#token, op, id, batch[index + 2]], []);
      // A failure was the last message of its task: the slot may belong to another task by now.
      else if (!arrayIncludes(rejectedSlots, id) && !this.#postOne(op, id, batch[index + 2]))
        rejectedSlots[rejectedSlots.length] = id;
    }
  }

  /** Posts a message of a task, or else its failure; false for a failure. */
  #postOne(op: number, slot: number, payload: unknown): boolean {
    // Items are posted one by one, so that those before the one that cannot be posted arrive.
    const items = op === ITEMS ? (payload as readonly unknown[]) : [payload];
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      try {
        const transferList = getTransferList(item) ?? [];
        checkTransferable(transferList);
        this.#platform.post([0, 0, this.#token, op, slot, op === ITEMS ? [item] : item], transferList);
      } catch (error) {
        const root = op === ITEMS ? 'An item' : 'The result';
        const failure = transferErrorOf(item, root, this.#listener.taskName(slot), error);
        this.#listener.onTaskRejected(slot, () => {
          this.#platform.post([0, 0, this.#token, FAILURE, slot, serializeError(failure)], []);
        });
        return false;
      }
    }
    return true;
  }

  #postCall(id: number, payload: CallPayload): void {
    try {
      const transferList = newList<unknown>();
      addAll(payload[3], transferList);
      checkTransferable(transferList);
      this.#platform.post([0, 0, this.#token, CALL, id, payload], transferList);
    } catch (error) {
      this.#listener.onCallRejected(id, transferErrorOf(payload[2], 'args', payload[1], error));
    }
  }
}

function addAll(lists: CallPayload[3], target: unknown[]): void {
  for (let at = 0; at < lists.length; at++) {
    const list = lists[at];
    for (let index = 0; list && index < list.length; index++) target[target.length] = list[index];
  }
}

/** The platform does not refuse a buffer that was moved before: it would arrive as an empty one. */
function checkTransferable(transferList: readonly unknown[]): void {
  const why = transferList.length > 0 ? whyNotTransferable(transferList) : undefined;
  if (why !== undefined) throw new NotTransferableError(why);
}

class NotTransferableError extends Error {}

/** Whether the second element of the message is the slot of a task. */
const isAboutTask = (op: number): boolean => op === VALUE || op === FAILURE || op === ITEMS || op === END;

function transferErrorOf(payload: unknown, root: string, name: string, error: unknown): TransferError {
  const found = findUncloneable(payload, root);
  // A task may have replaced `Error[Symbol.hasInstance]`.
  const isNotTransferable = attemptOr(() => error instanceof NotTransferableError, false);
  const why = isNotTransferable ? (error as Error).message : 'refused by structured clone';
  return new TransferError(name, found?.path ?? root, found?.what ?? why, error);
}
