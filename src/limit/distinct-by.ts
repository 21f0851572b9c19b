/** A `distinct` whose memory is bounded: it remembers the keys that came last, or asks a store. */
import { defer, EMPTY, filter, map, Observable, of, type MonoTypeOperatorFunction } from 'rxjs';
import { mergeMapOrdered } from '../core/merge-map';
import { checkFunction } from '../core/option-values';
import { checkOptions } from '../core/options';
import { seenKeysBy, type SeenKeysConfig } from './seen-keys';
import { SubscriptionFrame } from './subscription-frame';

const DEFAULT_MAX = 10_000;

/**
 * Emits the values whose key has not come before.
 *
 * ```
 * source                     a-b-a-c-a--|
 * distinctBy                 a-b---c----|
 * distinctBy, { max: 1 }     a-b-a-c-a--|
 * ```
 *
 * By default the operator remembers the 10 000 keys that came last. A key that comes again counts as used, so keys that
 * repeat often stay in memory. A `store` remembers as many as it likes, and may answer later: then the values keep their
 * order, and keys that are waited for at the same time are asked for at once. The source of the idea is RxJS's `distinct`,
 * which keeps every key for as long as it runs.
 *
 * @param keyOf - Returns the key of a value, which is compared as a `Map` compares its keys.
 * @param config - `max`, the number of remembered keys (`10_000`), or `store`; see `SeenKeysConfig`.
 * @throws TypeError if an argument or an option is invalid.
 * @example
 * messages$.pipe(distinctBy((message) => message.id, { max: 100_000 })).subscribe(console.log);
 * @example
 * messages$.pipe(distinctBy(({ id }) => id, { store: { add: async (id) => (await redis.sadd('seen', id)) === 1 } }));
 */
export function distinctBy<T, K>(keyOf: (value: T) => K, config: SeenKeysConfig<K> = {}): MonoTypeOperatorFunction<T> {
  checkFunction('distinctBy: keyOf', keyOf, 'a function that returns the key of a value');
  checkOptions('distinctBy', config, ['max', 'store']);
  const openMemory = seenKeysBy('distinctBy', config, DEFAULT_MAX);
  const hasStore = config.store !== undefined;
  return (source) =>
    defer(() => {
      const isNew = openMemory();
      if (!hasStore) return source.pipe(filter((value) => isNew(keyOf(value)) === true));
      const frame = new SubscriptionFrame();
      const passIfNew = (value: T): Observable<T> => {
        const answer = isNew(keyOf(value));
        if (typeof answer !== 'boolean')
          return answer.pipe(
            filter(Boolean),
            map(() => value),
          );
        return answer ? of(value) : EMPTY;
      };
      const ask = (value: T): Observable<T> =>
        new Observable((subscriber) => frame.run(() => passIfNew(value).subscribe(subscriber)));
      return source.pipe(mergeMapOrdered(ask, { concurrency: Infinity, countsUntil: 'emission' }));
    });
}
