/**
 * What a scheduler tells of itself: a batch was flushed, and why just then; a flight has landed.
 */
export type FlushReason = 'quiescent' | 'window' | 'full' | 'hold-elapsed' | 'forced';

export interface FlushEvent<K = unknown> {
  readonly type: 'flush';
  /** The name of the batch function. */
  readonly batch: string;
  readonly keys: readonly K[];
  readonly reason: FlushReason;
  /** In ms of the scheduler's clock. */
  readonly at: number;
}

export interface LandEvent<K = unknown> {
  readonly type: 'land';
  readonly batch: string;
  readonly keys: readonly K[];
  /** In ms of the scheduler's clock. */
  readonly at: number;
}

export type SchedulerEvent = FlushEvent | LandEvent;
