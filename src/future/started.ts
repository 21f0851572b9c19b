/** Work that was started: it runs, whoever waits for it. */
import { CancelledError } from '../core/errors';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { detachedFrame } from '../scheduler/frame';
import { AsyncValue } from './async-value';
import { begin, type Beginnable, type Canceller, type Execution, type Sink } from './execution';

export class Started<T> extends AsyncValue<T> implements Canceller {
  #execution: Execution | undefined;
  #cancellation: { readonly reason: unknown } | undefined;

  constructor(
    work: Beginnable<T>,
    private readonly scheduler: BatchScheduler,
  ) {
    super();
    // Somebody may set it by hand before.
    const sink: Sink<T> = {
      frame: detachedFrame(),
      succeed: (value) => this.isSet || this.set(value),
      fail: (error) => this.isSet || this.fail(error),
    };
    scheduler.runQueue.drive(() => {
      const execution = work[begin](sink, scheduler);
      this.#execution = execution;
      // It may have cancelled itself on its way.
      if (this.#cancellation && !this.isSet) execution.cancel(this);
    });
  }

  override cancel(reason?: unknown): void {
    if (this.isSet || this.#cancellation) return;
    this.#cancellation = { reason };
    this.scheduler.runQueue.drive(() => this.#execution?.cancel(this));
  }

  /** Its clean-up is done. */
  cancelled(): void {
    if (!this.isSet) this.fail(new CancelledError(this.#cancellation?.reason));
  }

  /** @internal */
  override advance(): boolean {
    return this.scheduler.era.advance();
  }
}
