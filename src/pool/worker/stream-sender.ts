/**
 * A stream sender sends the items of a stream to the host in batches, and no more items than the host has requested.
 * Generators, async iterables and ReadableStreams are pulled only as far as that. Observables push: they are held up by
 * putting the thread to sleep until the host requests more.
 */
import { DEMAND_WINDOW, END, FAILURE } from '../wire/messages';
import { now, newList, NativePromise } from '../wire/intrinsics';
import type { StreamSource } from './stream-source';
import type { WorkerPlatform } from './worker-platform';

/** How long a source that never waits may keep the thread before messages are handled again, in ms. */
const MAX_TURN = 8;

export interface StreamOutput {
  readonly platform: WorkerPlatform;
  sendItems(items: readonly unknown[]): void;
  /** Posts the items that were sent so far. */
  flush(): void;
  isFlushDue(time: number): boolean;
  endStream(op: typeof END | typeof FAILURE, error?: unknown): void;
}

function sliceOf(items: readonly unknown[], from: number, until: number): unknown[] {
  const slice = newList<unknown>();
  for (let index = from; index < until; index++) slice[index - from] = items[index];
  return slice;
}

export class StreamSender {
  readonly #output: StreamOutput;
  readonly #source: StreamSource;
  /** The number of items that the host still accepts; negative where a thread that cannot sleep has received more. */
  #demand = DEMAND_WINDOW;
  /** The items; those from `#next` on are not handed over yet. */
  #items = newList<unknown>();
  #next = 0;
  /** Set when the source has ended while items wait for demand. */
  #endWhenEmpty: (() => void) | undefined;
  #isStopped = false;
  /** What `stop` of the source returned: a promise if its clean-up is asynchronous. */
  #cleanUp: unknown;
  #isSubscribing = false;
  #isSendScheduled = false;
  #onDemand: (() => void) | undefined;

  constructor(output: StreamOutput, source: StreamSource) {
    this.#output = output;
    this.#source = source;
  }

  start(): void {
    const { pull, push } = this.#source;
    if (pull) void this.#pullAll(pull);
    else if (push && !this.#isStopped) this.#subscribe(push);
  }

  /** The host accepts `count` more items. */
  addDemand(count: number): void {
    this.#demand += count;
    if (this.#onDemand) this.#onDemand();
    else if (!this.#isSubscribing) this.#send();
  }

  /** Stops the source; the stream ends after the clean-up of the source. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#onDemand?.();
    this.#cleanUp = this.#source.stop();
    if (this.#source.push && !this.#isSubscribing) this.#end();
  }

  async #pullAll(pull: NonNullable<StreamSource['pull']>): Promise<void> {
    try {
      let turnStart = now();
      while (!this.#isStopped) {
        if (this.#demand <= 0) await this.#untilDemand();
        else if (now() - turnStart > MAX_TURN) await this.#untilNextTurn();
        else {
          const pulled = pull();
          const result: IteratorResult<unknown> = 'then' in pulled ? await pulled : pulled;
          if (result.done) break;
          this.#addItem(result.value);
          continue;
        }
        turnStart = now();
      }
      await this.#cleanUp;
      this.#end();
    } catch (error) {
      this.#fail(error);
    }
  }

  #subscribe(push: NonNullable<StreamSource['push']>): void {
    this.#isSubscribing = true;
    push({
      next: (value) => {
        this.#addItem(value);
        // `sleep` returns false where a thread cannot sleep; there, items beyond the demand are kept in `#items`.
        while (this.#demand <= 0 && !this.#isStopped && this.#output.platform.sleep());
      },
      error: (error) => {
        this.#fail(error);
      },
      complete: () => {
        this.#end();
      },
    });
    this.#isSubscribing = false;
    if (this.#isStopped) this.#end();
  }

  #addItem(value: unknown): void {
    if (this.#isStopped) return;
    this.#demand--;
    this.#items[this.#items.length] = value;
    if (this.#demand === 0 || this.#output.isFlushDue(now())) this.#send();
    else this.#sendSoon();
  }

  #sendSoon(): void {
    if (this.#isSendScheduled) return;
    this.#isSendScheduled = true;
    this.#output.platform.runSoon(() => {
      this.#isSendScheduled = false;
      this.#send();
    });
  }

  #send(): void {
    this.handOver();
    if (this.#items.length === 0) this.#endWhenEmpty?.();
    this.#output.flush();
  }

  /** Adds the items that the host has requested to the outbox. */
  handOver(): void {
    const items = this.#items;
    const { length } = items;
    const from = this.#next;
    const until = this.#demand < 0 ? length + this.#demand : length;
    if (until <= from) return;
    this.#next = until;
    // Sent items are dropped only when they are the greater part, so that the rest is seldom moved.
    if (until * 2 > length) {
      this.#items = sliceOf(items, until, length);
      this.#next = 0;
    }
    if (!this.#isStopped) this.#output.sendItems(until - from === length ? items : sliceOf(items, from, until));
  }

  #end(): void {
    this.#finish(END);
  }

  #fail(error: unknown): void {
    this.#finish(FAILURE, error);
  }

  #finish(op: typeof END | typeof FAILURE, error?: unknown): void {
    this.handOver();
    const endStream = (): void => {
      this.#output.endStream(op, error);
    };
    if (this.#items.length === 0 || this.#isStopped) endStream();
    else this.#endWhenEmpty = endStream;
  }

  #untilDemand(): Promise<void> {
    this.#send();
    return new NativePromise<void>((resolve) => {
      this.#onDemand = () => {
        this.#onDemand = undefined;
        resolve();
      };
    });
  }

  #untilNextTurn(): Promise<void> {
    return new NativePromise<void>((resolve) => {
      this.#output.platform.runSoon(resolve);
    });
  }
}
