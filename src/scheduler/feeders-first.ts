/** The flush policy that holds a batch while another one may still add keys to it. */
import { larger, learningPolicies, type FlushPolicy, type OpenBatch } from './flush-policy';

/**
 * Holds a batch while another batch, open or in flight, may still feed it, and flushes all others together: the fewest round
 * trips, in few rounds. Of open batches that feed each other in a cycle, one is flushed: by priority, then size, then age.
 *
 * The scheduler learns which batch functions feed which from its tasks: a task that got its value from one function requests
 * a key of the other next. An edge is forgotten when ten flights of the feeder in a row have not confirmed it. Until
 * something is known of a function that tasks wait for, the function counts as a feeder of all others. The option `feeds` of
 * `batch` declares what a function feeds, also for `async` functions.
 *
 * A batch with a `hold` is held for that time at most; without one, until the flights of its feeders have ended. A batch
 * with a key that a resolver has requested is not held.
 *
 * @example
 * const scheduler = new BatchScheduler({ policy: feedersFirst });
 */
export const feedersFirst: FlushPolicy = (open) => {
  const feedersOf = new Map(open.map((batch) => [batch, new Set(batch.feeders)]));
  return open.filter((batch) => {
    const feeders = feedersOf.get(batch);
    if (!feeders || feeders.size === 0) return true;
    const isInCycle = (other: OpenBatch): boolean => feeders.has(other) && feedersOf.get(other)?.has(batch) === true;
    for (const feeder of feeders) if (!isInCycle(feeder)) return false;
    return open.filter((other) => other === batch || isInCycle(other)).reduce(larger) === batch;
  });
};

learningPolicies.add(feedersFirst);
