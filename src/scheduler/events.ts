/** An event of `BatchScheduler.events$`. */
export type SchedulerEvent = FlushEvent | LandEvent;

/**
 * The reason of a flush: no task could continue (`quiescent`), the window elapsed (`window`), the batch reached `maxSize`
 * (`full`), `hold` elapsed (`hold-elapsed`), or `flush()` or `block()` was called (`forced`).
 */
export type FlushReason = 'quiescent' | 'window' | 'full' | 'hold-elapsed' | 'forced';

/** A batch was flushed: its resolver is called. */
export interface FlushEvent<K = unknown> {
  readonly type: 'flush';
  /** The name of the batch function. */
  readonly batch: string;
  readonly keys: readonly K[];
  readonly reason: FlushReason;
  /** The names of the batch functions whose results might have added keys, so that the batch was held for them. */
  readonly heldFor?: readonly string[];
  /** Time of the scheduler's clock in ms. */
  readonly at: number;
}

/** A flight has ended: its keys have their results. */
export interface LandEvent<K = unknown> {
  readonly type: 'land';
  readonly batch: string;
  readonly keys: readonly K[];
  /** Time of the scheduler's clock in ms. */
  readonly at: number;
}
