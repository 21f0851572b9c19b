/**
 * A table as Effect 4 reads one: a request class for a single look-up, and a resolver that completes a batch of them.
 * Written as in the package's own guide to batching.
 */
import { Effect, Exit, Request, RequestResolver } from 'effect';

class Look extends Request.Class {}

/**
 * @template K, V
 * @param {import('./table.mjs').Table<K, V>} table
 * @returns {(key: K) => import('effect').Effect.Effect<V>}
 */
export function requestTo(table) {
  const resolver = RequestResolver.make((entries) =>
    Effect.map(
      Effect.promise(() => table.read(entries.map((entry) => entry.request.key))),
      (values) => entries.forEach((entry, index) => entry.completeUnsafe(Exit.succeed(values[index]))),
    ),
  );
  return (key) => Effect.request(new Look({ key }), resolver);
}

/** All at once, which is what lets the requests meet in a batch. */
export const atOnce = { concurrency: 'unbounded' };
