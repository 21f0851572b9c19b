/**
 * A table read by Effect 4: a request class for a single look-up, and a resolver that completes a batch of requests. The
 * code follows the guide to batching in the package of Effect.
 */
import { Effect, Exit, Request, RequestResolver } from 'effect';

class LookUp extends Request.Class {}

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
  return (key) => Effect.request(new LookUp({ key }), resolver);
}

/** Unbounded concurrency, which Effect needs to batch the requests. */
export const atOnce = { concurrency: 'unbounded' };
