/**
 * A stream on its way to the host: items go in batches, no more of them than the host has asked for. What can be pulled
 * (generators, async iterables, ReadableStreams) is pulled no further; what pushes (Observables) is held up by putting
 * the thread to sleep until the host asks for more.
 */
import { DEMAND_WINDOW, END, FAILURE } from '../wire/messages';
import { arraySlice, now, NativePromise } from '../wire/intrinsics';
import type { Source } from './stream-source';
import type { WorkerPlatform } from './worker-platform';

/** So long a producer that never waits keeps the thread before messages are looked at again. */
const LONGEST_TURN = 8;

export interface StreamOutput {
  readonly platform: WorkerPlatform;
  items(items: readonly unknown[]): void;
  /** What was handed over goes out now. */
  flush(): void;
  isLate(time: number): boolean;
  over(op: typeof END | typeof FAILURE, error?: unknown): void;
}

export class StreamSender {
  readonly #outlet: StreamOutput;
  readonly #source: Source;
  /** Below 0: so many items have come unasked, to a thread that can't sleep. */
  #demand = DEMAND_WINDOW;
  /** What has come, and from `#next` on was not handed over yet. */
  #items: unknown[] = [];
  #next = 0;
  /** It has ended, but for items that nobody has asked for yet. */
  #ending: (() => void) | undefined;
  #isStopped = false;
  /** Its clean-up, once it is stopped. */
  #stopping: unknown;
  #isSubscribing = false;
  #isSendComing = false;
  #onDemand: (() => void) | undefined;

  constructor(outlet: StreamOutput, source: Source) {
    this.#outlet = outlet;
    this.#source = source;
  }

  start(): void {
    const { pull, push } = this.#source;
    if (pull) void this.#pullAll(pull);
    else if (push && !this.#isStopped) this.#receive(push);
  }

  grant(count: number): void {
    this.#demand += count;
    if (this.#onDemand) this.#onDemand();
    else if (!this.#isSubscribing) this.#send();
  }

  /** Nobody wants more of it. The source cleans up, and then it is over. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#onDemand?.();
    this.#stopping = this.#source.stop();
    if (this.#source.push && !this.#isSubscribing) this.#end();
  }

  /** The thread ends: what was made goes along. */
  leave(): void {
    this.#handOver();
  }

  async #pullAll(pull: NonNullable<Source['pull']>): Promise<void> {
    try {
      let turnBegan = now();
      while (!this.#isStopped) {
        if (this.#demand <= 0) await this.#untilDemanded();
        else if (now() - turnBegan > LONGEST_TURN) await this.#untilNextTurn();
        else {
          const pulled = pull();
          const result: IteratorResult<unknown> = 'then' in pulled ? await pulled : pulled;
          if (result.done) break;
          this.#item(result.value);
          continue;
        }
        turnBegan = now();
      }
      await this.#stopping;
      this.#end();
    } catch (error) {
      this.#fail(error);
    }
  }

  #receive(push: NonNullable<Source['push']>): void {
    this.#isSubscribing = true;
    push({
      next: (value) => {
        this.#item(value);
        // Where a thread can't sleep, what comes unasked is kept here.
        while (this.#demand <= 0 && !this.#isStopped && this.#outlet.platform.sleep());
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

  #item(value: unknown): void {
    if (this.#isStopped) return;
    this.#demand--;
    this.#items[this.#items.length] = value;
    if (this.#demand === 0 || this.#outlet.isLate(now())) this.#send();
    else this.#sendSoon();
  }

  #sendSoon(): void {
    if (this.#isSendComing) return;
    this.#isSendComing = true;
    this.#outlet.platform.soon(() => {
      this.#isSendComing = false;
      this.#send();
    });
  }

  #send(): void {
    this.#handOver();
    if (this.#items.length === 0) this.#ending?.();
    this.#outlet.flush();
  }

  /** What was asked for, and no more. */
  #handOver(): void {
    const items = this.#items;
    const { length } = items;
    const from = this.#next;
    const until = this.#demand < 0 ? length + this.#demand : length;
    if (until <= from) return;
    this.#next = until;
    // What has gone is let go when it is the greater part, so that few are moved up often.
    if (until * 2 > length) {
      this.#items = arraySlice(items, until);
      this.#next = 0;
    }
    if (!this.#isStopped) this.#outlet.items(until - from === length ? items : arraySlice(items, from, until));
  }

  #end(): void {
    this.#over(END);
  }

  #fail(error: unknown): void {
    this.#over(FAILURE, error);
  }

  #over(op: typeof END | typeof FAILURE, error?: unknown): void {
    this.#handOver();
    const tell = (): void => {
      this.#outlet.over(op, error);
    };
    if (this.#items.length === 0 || this.#isStopped) tell();
    else this.#ending = tell;
  }

  #untilDemanded(): Promise<void> {
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
      this.#outlet.platform.soon(resolve);
    });
  }
}
