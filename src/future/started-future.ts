/** The result of started work. The work runs without any subscriber, and settles when its clean-up has ended. */
import { CancelledError, isCancellation } from '../core/errors';
import { failure, success, type Settlement } from '../core/outcome';
import { reportUnhandledFailure } from '../core/report';
import { currentScheduler, type BatchScheduler } from '../scheduler/batch-scheduler';
import { detachedFrame, Frame, type Work } from '../scheduler/frame';
import type { Waiter } from '../scheduler/waiter';
import { AsyncValue } from './async-value';
import { begin, type Beginnable, type Canceller, type Execution, type Sink } from './execution';

export class StartedFuture<T> extends AsyncValue<T> implements Canceller, Work, Waiter {
  /** Cleared at the end, like the execution: a value that is kept must not keep a request and its caches in memory. */
  #scheduler: BatchScheduler | undefined;
  #execution: Execution | undefined;
  #cancellation: { readonly reason: unknown } | undefined;
  /** The first failure of the clean-up after a cancellation. */
  #failedCleanUp: { readonly error: unknown } | undefined;
  /** The outcome, while parts of the work still clean up. */
  #outcome: Settlement<T> | undefined;
  #pendingHolds = 0;
  #isDescribing = false;

  constructor(work: Beginnable<T>, scheduler: BatchScheduler) {
    super();
    this.#scheduler = scheduler;
    scheduler.lifetime?.addWork(this);
    const sink: Sink<T> = {
      parent: this,
      frame: new Frame(detachedFrame(scheduler.frame), { work: this }),
      succeed: (value) => {
        this.#onOutcome(success(value));
      },
      fail: (error) => {
        this.#onOutcome(failure(error));
      },
    };
    scheduler.runQueue.drive(() => {
      const execution = work[begin](sink, scheduler);
      this.#execution = execution;
      // The work may have cancelled itself while it began.
      if (this.#cancellation && !this.#outcome) execution.cancel(this);
    });
  }

  protected override get title(): string {
    return 'started work';
  }

  /** @internal */
  get parent(): Waiter | undefined {
    return this.firstWaiter;
  }

  override cancel(reason?: unknown): void {
    if (this.isSet || this.#cancellation) return;
    this.#cancellation = { reason };
    this.#scheduler?.runQueue.drive(() => this.#execution?.cancel(this));
  }

  /** @internal */
  get cancelReason(): unknown {
    return this.#cancellation?.reason;
  }

  /** Called when the clean-up after a cancellation has ended. */
  cancelled(): void {
    const { error } = this.#failedCleanUp ?? { error: new CancelledError(this.#cancellation?.reason) };
    this.#onOutcome(failure(error));
  }

  /** Takes a failure of a clean-up as the outcome of cancelled work, or reports it if the work has another outcome. */
  orphaned(error: unknown): void {
    if (this.#cancellation && isCancellation(error)) return;
    const canFail = this.#cancellation && !this.#outcome && !this.#failedCleanUp && !this.isSet;
    if (canFail) this.#failedCleanUp = { error };
    else reportUnhandledFailure('a clean-up of started work', error);
  }

  hold(): () => void {
    this.#pendingHolds++;
    return () => {
      this.#pendingHolds--;
      this.#settleIfDone();
    };
  }

  /** Describes what the work waits for, where it runs on another scheduler than the caller's. */
  override describe(): string {
    const scheduler = this.#scheduler;
    if (!scheduler || scheduler === currentScheduler() || this.#isDescribing) return 'started work';
    this.#isDescribing = true;
    try {
      const waits = scheduler.state.describeWaits();
      return `started work of scheduler "${scheduler.name}", which waits for ${waits.join('; ') || 'nothing'}`;
    } finally {
      this.#isDescribing = false;
    }
  }

  /** @internal */
  override advance(): boolean {
    return this.#scheduler?.state.advance() === true;
  }

  #onOutcome(outcome: Settlement<T>): void {
    this.#outcome ??= outcome;
    if (this.#failedCleanUp && this.#isReplaced(this.#failedCleanUp.error)) this.orphaned(this.#failedCleanUp.error);
    this.#failedCleanUp = undefined;
    this.#settleIfDone();
  }

  /** Whether the work has another outcome, or was settled by hand while it cleaned up. */
  #isReplaced(error: unknown): boolean {
    return this.isSet || !this.#outcome?.isError || this.#outcome.error !== error;
  }

  #settleIfDone(): void {
    // The program may have settled the value by hand.
    if (!this.#outcome || this.#pendingHolds > 0) return;
    this.#scheduler?.lifetime?.removeWork(this);
    this.#scheduler = undefined;
    this.#execution = undefined;
    if (this.isSet) return;
    this.settleWith(this.#outcome);
  }
}
