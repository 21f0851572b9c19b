/** Work that was started: it runs, whoever waits for it, and has ended when its clean-up has. */
import { CancelledError, isCancellation } from '../core/errors';
import { failure, success, type Outcome } from '../core/outcome';
import { reportLost } from '../core/report';
import { currentScheduler, type BatchScheduler } from '../scheduler/batch-scheduler';
import { detachedFrame, Frame, type Work } from '../scheduler/frame';
import type { Waiter } from '../scheduler/waiter';
import { AsyncValue } from './async-value';
import { begin, type Beginnable, type Canceller, type Execution, type Sink } from './execution';

export class StartedFuture<T> extends AsyncValue<T> implements Canceller, Work, Waiter {
  /** Until it has ended, as the execution: a value that is kept must not keep a request and its caches. */
  #scheduler: BatchScheduler | undefined;
  #execution: Execution | undefined;
  #cancellation: { readonly reason: unknown } | undefined;
  /** The first failure of its clean-up, once it is cancelled. */
  #failedCleanUp: { readonly error: unknown } | undefined;
  /** How it ended, while something of it still cleans up. */
  #outcome: Outcome<T> | undefined;
  #holds = 0;
  #isDescribed = false;

  constructor(work: Beginnable<T>, scheduler: BatchScheduler) {
    super();
    this.#scheduler = scheduler;
    const sink: Sink<T> = {
      above: this,
      frame: new Frame(detachedFrame(scheduler.frame), { work: this }),
      succeed: (value) => {
        this.#over(success(value));
      },
      fail: (error) => {
        this.#over(failure(error));
      },
    };
    scheduler.runQueue.drive(() => {
      const execution = work[begin](sink, scheduler);
      this.#execution = execution;
      // It may have cancelled itself on its way.
      if (this.#cancellation && !this.#outcome) execution.cancel(this);
    });
  }

  protected override get title(): string {
    return 'started work';
  }

  /** @internal */
  get above(): Waiter | undefined {
    return this.firstWaiter;
  }

  override cancel(reason?: unknown): void {
    if (this.isSet || this.#cancellation) return;
    this.#cancellation = { reason };
    this.#scheduler?.runQueue.drive(() => this.#execution?.cancel(this));
  }

  /** Its clean-up is done. */
  cancelled(): void {
    const { error } = this.#failedCleanUp ?? { error: new CancelledError(this.#cancellation?.reason) };
    this.#over(failure(error));
  }

  /** What fails while it cleans up is its failure, unless it has ended otherwise. */
  orphaned(error: unknown): void {
    if (this.#cancellation && isCancellation(error)) return;
    const canFail = this.#cancellation && !this.#outcome && !this.#failedCleanUp && !this.isSet;
    if (canFail) this.#failedCleanUp = { error };
    else reportLost('a clean-up of started work', error);
  }

  hold(): () => void {
    this.#holds++;
    return () => {
      this.#holds--;
      this.#settle();
    };
  }

  /** What it waits for, unless that is known anyway to whoever asks. */
  override describe(): string {
    const scheduler = this.#scheduler;
    if (!scheduler || scheduler === currentScheduler() || this.#isDescribed) return 'started work';
    this.#isDescribed = true;
    try {
      const { state: era } = scheduler;
      const waited = [...era.openBatches.describeFlights(), ...era.describeExternalWaits()];
      return `started work of scheduler "${scheduler.name}", for ${waited.join('; ') || 'nothing'}`;
    } finally {
      this.#isDescribed = false;
    }
  }

  /** @internal */
  override advance(): boolean {
    return this.#scheduler?.state.advance() === true;
  }

  #over(outcome: Outcome<T>): void {
    this.#outcome ??= outcome;
    if (this.#failedCleanUp && this.#isLost(this.#failedCleanUp.error)) this.orphaned(this.#failedCleanUp.error);
    this.#failedCleanUp = undefined;
    this.#settle();
  }

  /** It has ended with something else, or was set by hand while it cleaned up. */
  #isLost(error: unknown): boolean {
    return this.isSet || !this.#outcome?.isError || this.#outcome.error !== error;
  }

  #settle(): void {
    // Somebody may have set it by hand.
    if (!this.#outcome || this.#holds > 0) return;
    this.#scheduler = undefined;
    this.#execution = undefined;
    if (this.isSet) return;
    this.settleWith(this.#outcome);
  }
}
