/**
 * A flush policy says which of the open batches go now. It is asked whenever nothing else can run.
 * Order in the answer is order of flushing. When it chooses none and nothing is in flight, the oldest goes all the
 * same, for nothing would ever ask it again.
 */
export interface OpenBatch {
  readonly name: string;
  /** How many keys wait in it. */
  readonly size: number;
  readonly priority: number;
  /** When its first key came, in ms of the scheduler's clock. */
  readonly openedAt: number;
}

export type FlushPolicy = (open: readonly OpenBatch[], inFlight: readonly OpenBatch[]) => readonly OpenBatch[];

/** Every open batch at once, oldest first: fewest rounds. The default. */
export const flushAll: FlushPolicy = (open) => open;

/** One batch at a time, by priority, then size, then age: fewest round trips. asynq's rule. */
export const largestFirst: FlushPolicy = (open, inFlight) => (inFlight.length > 0 ? [] : [open.reduce(larger)]);

/** `open` is oldest first, so a tie keeps the first. */
const larger = (one: OpenBatch, other: OpenBatch): OpenBatch =>
  other.priority > one.priority || (other.priority === one.priority && other.size > one.size) ? other : one;
