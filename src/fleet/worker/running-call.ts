/**
 * A running call runs a function on the threads of this worker and sends what comes of it: the items of a stream as far as
 * the caller has granted them, and then the outcome.
 */
import { begin, type Execution } from '../../future/execution';
import type { Call } from '../../pool/api/call';
import type { Demandable } from '../../pool/api/item-iterator';
import type { StreamSink } from '../../pool/host/stream-sink';
import { DEMAND_WINDOW } from '../../pool/wire/messages';
import { currentScheduler } from '../../scheduler/batch-scheduler';
import type { OutcomeRecord } from '../wire/call-record';
import { STREAM_WINDOW } from '../wire/stream-window';

/** Most items of one entry. */
const MAX_ITEMS = 64;
/** ms between two looks at the credit of a stream that has none left. */
const CREDIT_POLL_MS = 500;

/** What comes of a call, for those who send it. */
export interface CallOutlet {
  /** Sends items, of which the first has this index. */
  sendItems(items: readonly unknown[], index: number): Promise<void>;
  /** Returns the number of items that the caller has granted in all; undefined if the caller is dead. */
  readCredit(): Promise<number | undefined>;
}

/** How a call has ended, before its value is encoded; undefined if it was stopped from outside. */
export type CallResult = Pick<OutcomeRecord, 'kind' | 'items'> & {
  readonly value?: unknown;
  readonly hasValue: boolean;
};

export class RunningCall {
  /** Whether the call was cancelled by its caller, or given up by this worker. */
  isStopped = false;
  /** Items that the caller has granted in all. */
  #granted = STREAM_WINDOW;
  #stopReason: unknown;
  /** Items that the thread may have sent in all. */
  #demanded = DEMAND_WINDOW;
  #received = 0;
  #sent = 0;
  #buffer: unknown[] = [];
  #execution: Demandable | undefined;
  #isFlushRequested = false;
  #creditTimer: NodeJS.Timeout | undefined;
  #withoutCaller = 0;
  #resolve: ((result: CallResult | undefined) => void) | undefined;
  /** The items that were sent last. */
  #sending: Promise<void> | undefined;

  constructor(
    readonly id: string,
    private readonly outlet: CallOutlet,
    /** Looks at the credit, one after the other, before a caller without a lease counts as dead. */
    private readonly patience: number,
  ) {}

  /** Resolves when the thread is free again and the items are sent; to undefined if the call was stopped. */
  async run(call: Call<unknown>): Promise<CallResult | undefined> {
    if (this.isStopped) return undefined;
    const scheduler = currentScheduler();
    const result = new Promise<CallResult | undefined>((resolve) => {
      this.#resolve = resolve;
      const execution: Execution = scheduler.runQueue.drive(() => call[begin](this.#sink(), scheduler));
      this.#execution = execution;
      if (this.isStopped) this.#cancel();
    });
    const ended = await result;
    clearTimeout(this.#creditTimer);
    await this.#sending;
    return ended;
  }

  /** Stops the call: its signal is aborted with the reason, and its thread ends after the grace. */
  stop(reason: unknown): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.#stopReason = reason;
    if (this.#execution) this.#cancel();
  }

  /** Takes a grant of the caller. Grants may come again, or out of order. */
  grant(total: number): void {
    if (total <= this.#granted) return;
    this.#granted = total;
    this.#withoutCaller = 0;
    this.#demand();
  }

  #cancel(): void {
    const scheduler = currentScheduler();
    scheduler.runQueue.drive(() => {
      this.#execution?.cancel({ cancelReason: this.#stopReason, cancelled: () => this.#resolve?.(undefined) });
    });
  }

  #sink(): StreamSink<unknown> {
    return {
      isPulling: true,
      frame: undefined,
      next: (item) => {
        this.#received++;
        this.#buffer.push(item);
        if (this.#buffer.length >= MAX_ITEMS) this.#flush();
        else this.#requestFlush();
        this.#demand();
      },
      succeed: (value) => {
        // A single value comes as its only item, and its end in the same turn.
        if (this.#received === 1 && this.#sent === 0) this.#end({ kind: 'value', value, hasValue: true });
        else this.#endStream({ value, hasValue: true });
      },
      complete: () => {
        this.#endStream({ hasValue: false });
      },
      fail: (error) => {
        // A failed stream has emitted what came before.
        this.#flush();
        this.#end(this.isStopped ? undefined : { kind: 'error', value: error, hasValue: true });
      },
    };
  }

  #endStream(last: Pick<CallResult, 'value' | 'hasValue'>): void {
    this.#flush();
    this.#end({ kind: 'stream', items: this.#sent, ...last });
  }

  #end(result: CallResult | undefined): void {
    this.#buffer = [];
    this.#resolve?.(result);
  }

  #requestFlush(): void {
    if (this.#isFlushRequested) return;
    this.#isFlushRequested = true;
    queueMicrotask(() => {
      this.#isFlushRequested = false;
      this.#flush();
    });
  }

  #flush(): void {
    const items = this.#buffer;
    if (items.length === 0) return;
    this.#buffer = [];
    const index = this.#sent;
    this.#sent += items.length;
    this.#sending = this.outlet.sendItems(items, index).catch((error: unknown) => {
      this.#execution?.cancel();
      this.#end({ kind: 'error', value: error, hasValue: true });
    });
  }

  /** Lets the thread send one window ahead, but no more than the caller has granted. */
  #demand(): void {
    const total = Math.min(this.#received + DEMAND_WINDOW, this.#granted);
    if (total > this.#demanded) {
      this.#execution?.demand?.(total - this.#demanded);
      this.#demanded = total;
    }
    if (this.#received >= this.#granted) this.#awaitCredit();
  }

  /** Asks for the credit, because the message about it may be lost, and the caller be dead. */
  #awaitCredit(): void {
    clearTimeout(this.#creditTimer);
    this.#creditTimer = setTimeout(() => {
      void this.outlet.readCredit().then(
        (total) => {
          if (this.#received < this.#granted) return;
          if (total === undefined && ++this.#withoutCaller >= this.patience) this.stop('Its caller is gone.');
          else if (total !== undefined && total > this.#granted) this.grant(total);
          else this.#awaitCredit();
        },
        () => this.#awaitCredit(),
      );
    }, CREDIT_POLL_MS);
  }
}

export { CREDIT_POLL_MS };
