/**
 * A flush policy chooses which open batches are flushed when no task can continue. The batches are flushed in the order of
 * the returned array. If the policy chooses none although all open batches are ready and none is in flight, the oldest one is
 * flushed, because no later event would call the policy again. Full batches (`maxSize`) are flushed without asking the policy.
 *
 * @example
 * const oldestFirst: FlushPolicy = (open) => open.slice(0, 1);
 * const scheduler = new BatchScheduler({ policy: oldestFirst });
 */
export type FlushPolicy = (open: readonly OpenBatch[], inFlight: readonly OpenBatch[]) => readonly OpenBatch[];

/** An open batch, or a batch in flight, as a flush policy sees it. */
export interface OpenBatch {
  readonly name: string;
  /** Number of waiting keys. */
  readonly size: number;
  readonly priority: number;
  /** Arrival time of the first key, in ms of the scheduler's clock. */
  readonly openedAt: number;
  /**
   * The other batches, open or in flight, whose results may still lead to keys for this open batch, directly or through
   * other batch functions. None if its `hold` has elapsed, or if a resolver has requested one of its keys.
   *
   * The scheduler begins to learn which functions feed which when a policy reads this for the first time.
   */
  readonly feeders: readonly OpenBatch[];
}

/**
 * Flushes every open batch at once, oldest first: the fewest rounds. The default policy.
 *
 * @example
 * const scheduler = new BatchScheduler({ policy: flushAll });
 */
export const flushAll: FlushPolicy = (open) => open;

/**
 * Flushes one batch at a time, by priority, then size, then age: few round trips. Full batches (`maxSize`) do not ask the
 * policy, so they may be in flight beside it. The policy of asynq.
 *
 * @example
 * const scheduler = new BatchScheduler({ policy: largestFirst });
 */
export const largestFirst: FlushPolicy = (open, inFlight) => (inFlight.length > 0 ? [] : [open.reduce(larger)]);

/** The larger batch; of equal batches the first, which is the older one. */
export const larger = (one: OpenBatch, other: OpenBatch): OpenBatch =>
  other.priority > one.priority || (other.priority === one.priority && other.size > one.size) ? other : one;

/** The policies whose schedulers learn from their start which batch functions feed which. */
export const learningPolicies = new WeakSet<FlushPolicy>();
