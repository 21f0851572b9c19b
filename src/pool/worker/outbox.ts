/**
 * What goes to the host: messages gathered into batches. A batch that can't be posted is posted again message by
 * message, and the one at fault becomes a failure of its task.
 */
import { serializeError } from '../wire/error-serializer';
import { TransferError } from '../wire/pool-errors';
import { CALL, END, FAILURE, HEAD, ITEMS, TO_HOST, VALUE, type Batch, type CallPayload } from '../wire/messages';
import { whyNotTransferable } from '../wire/transfer-check';
import { markedIn } from '../wire/transfer';
import { findUncloneable } from '../wire/find-uncloneable';
import { arrayIncludes, now } from '../wire/intrinsics';
import type { WorkerPlatform } from './worker-platform';

/** A result is on its way after so many ms, whatever comes after it. */
const LONGEST_WAIT = 1;

/** Whom it tells of what could not be posted. */
export interface Sender {
  nameOf(place: number): string;
  /** The failure of its task is on its way. */
  taskRefused(place: number): void;
  callRefused(id: number, error: unknown): void;
}

export class WorkerOutbox {
  readonly #platform: WorkerPlatform;
  readonly #sender: Sender;
  #batch: unknown[] = [0, 0];
  #transfer: unknown[] = [];
  #lastPost = 0;
  #isFlushComing = false;

  constructor(platform: WorkerPlatform, sender: Sender) {
    this.#platform = platform;
    this.#sender = sender;
  }

  get isEmpty(): boolean {
    return this.#batch.length === HEAD;
  }

  add(op: number, place: number, payload?: unknown): void {
    const batch = this.#batch;
    const { length } = batch;
    batch[length] = op;
    batch[length + 1] = place;
    batch[length + 2] = payload;
    if (op === VALUE) this.#mark(payload);
    else if (op === CALL) addAll((payload as CallPayload)[3], this.#transfer);
    else if (op === ITEMS) {
      const items = payload as readonly unknown[];
      for (let index = 0; index < items.length; index++) this.#mark(items[index]);
    }
  }

  /** A task has ended: by these the host knows how much to send ahead. */
  count(ms: number): void {
    const batch = this.#batch as number[]; // its head is two numbers
    batch[0] = (batch[0] ?? 0) + 1;
    batch[1] = (batch[1] ?? 0) + ms;
  }

  isLate(time: number): boolean {
    return time - this.#lastPost > LONGEST_WAIT;
  }

  /** Once messages have been looked at: what comes until then goes along. */
  flushSoon(): void {
    if (this.#isFlushComing || this.isEmpty) return;
    this.#isFlushComing = true;
    this.#platform.soon(() => {
      this.#isFlushComing = false;
      this.flush();
    });
  }

  flush(): void {
    if (this.isEmpty) return;
    const batch = this.#batch;
    const transfer = this.#transfer;
    this.#batch = [0, 0];
    this.#transfer = [];
    this.#lastPost = now();
    try {
      checkMoved(transfer);
      this.#platform.post(batch, transfer);
    } catch {
      this.#postEach(batch);
    }
    this.#platform.ring();
  }

  #mark(value: unknown): void {
    addAll([markedIn(value)], this.#transfer);
  }

  #postEach(batch: Batch): void {
    this.#platform.post([batch[0], batch[1]], []);
    const refused: number[] = [];
    for (let index = HEAD; index < batch.length; index += TO_HOST) {
      const op = batch[index] as number;
      const id = batch[index + 1] as number;
      if (op === CALL) this.#postCall(id, batch[index + 2] as CallPayload);
      // Its failure was its end: its place may be that of another by now.
      else if (!isOfTask(op)) this.#platform.post([0, 0, op, id, batch[index + 2]], []);
      else if (!arrayIncludes(refused, id) && !this.#postOne(op, id, batch[index + 2])) refused[refused.length] = id;
    }
  }

  #postOne(op: number, place: number, payload: unknown): boolean {
    // What came before the item at fault arrives, whatever it was gathered with.
    const items = op === ITEMS ? (payload as readonly unknown[]) : [payload];
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      try {
        const marked = markedIn(item) ?? [];
        checkMoved(marked);
        this.#platform.post([0, 0, op, place, op === ITEMS ? [item] : item], marked);
      } catch (error) {
        const failure = transferErrorOf(
          item,
          op === ITEMS ? 'An item' : 'The result',
          this.#sender.nameOf(place),
          error,
        );
        this.#platform.post([0, 0, FAILURE, place, serializeError(failure)], []);
        this.#sender.taskRefused(place);
        return false;
      }
    }
    return true;
  }

  #postCall(id: number, payload: CallPayload): void {
    try {
      const moved: unknown[] = [];
      addAll(payload[3], moved);
      checkMoved(moved);
      this.#platform.post([0, 0, CALL, id, payload], moved);
    } catch (error) {
      this.#sender.callRefused(id, transferErrorOf(payload[2], 'args', payload[1], error));
    }
  }
}

function addAll(lists: CallPayload[3], to: unknown[]): void {
  for (let at = 0; at < lists.length; at++) {
    const list = lists[at];
    for (let index = 0; list && index < list.length; index++) to[to.length] = list[index];
  }
}

/** A buffer that is empty already would go as one that is empty. */
function checkMoved(transfer: readonly unknown[]): void {
  const why = transfer.length > 0 ? whyNotTransferable(transfer) : undefined;
  if (why !== undefined) throw new NotMovedError(why);
}

class NotMovedError extends Error {}

/** About the task at that place. */
const isOfTask = (op: number): boolean => op === VALUE || op === FAILURE || op === ITEMS || op === END;

function transferErrorOf(payload: unknown, root: string, name: string, error: unknown): TransferError {
  const found = findUncloneable(payload, root);
  const why = error instanceof NotMovedError ? error.message : 'refused by structured clone';
  return new TransferError(name, found?.path ?? root, found?.what ?? why, error);
}
