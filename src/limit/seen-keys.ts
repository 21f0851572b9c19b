/** Seen keys: whether a key comes for the first time, known by bounded memory or by a store of the caller. */
import { finalize, mergeMap, of, type ObservableInput } from 'rxjs';
import { invalidOption } from '../core/describe';
import { LruMap } from '../core/lru-map';
import { checkCount } from '../core/option-values';
import { isAsyncInput } from '../core/rx';
import { Future } from '../future/future';

/**
 * A store of seen keys, such as a `Set`, a table or a Redis set. Its methods may return a promise, a future or an
 * Observable; batch functions meet in batches.
 */
export interface SeenKeyStore<K> {
  /** Whether the store has the key. A store whose `add` tells needs no `has`. */
  has?(key: K): boolean | ObservableInput<boolean>;
  /**
   * Adds a key. The answer `false` means that the store had the key already, which `add` alone can tell where several
   * processes share a store. Every other answer means that the key was added.
   */
  add(key: K): unknown;
}

/** Where keys are remembered: at most one of the two options. */
export interface SeenKeysConfig<K> {
  /**
   * Number of keys that are remembered. The key that has not come for the longest time is forgotten first, and then counts
   * as new. `Infinity` forgets no key.
   */
  readonly max?: number;
  /** Remembers the keys instead of the memory of the operator, also across subscriptions. */
  readonly store?: SeenKeyStore<K>;
}

/** Whether a key comes for the first time. The future is for a store that answers later. */
export type SeenKeys<K> = (key: K) => boolean | Future<boolean>;

/**
 * Returns a function that makes the memory of one subscription.
 *
 * @throws TypeError if an option is invalid, or both are given
 */
export function seenKeysBy<K>(
  caller: string,
  { max, store }: SeenKeysConfig<K>,
  defaultMax: number,
): () => SeenKeys<K> {
  if (max !== undefined) checkCount(`${caller}: max`, max, { min: 1, orInfinity: true });
  if (store === undefined) return () => seenInMemory(max ?? defaultMax);
  checkStore(caller, store);
  if (max !== undefined) {
    throw new TypeError(`${caller}: expected \`max\` or \`store\`, not both: a store bounds its own memory.`);
  }
  return () => seenInStore(store);
}

function checkStore(caller: string, store: unknown): void {
  const { add, has } = Object(store) as Partial<SeenKeyStore<unknown>>; // Cast: every member may be missing.
  if (typeof add === 'function' && (has === undefined || typeof has === 'function')) return;
  throw invalidOption(`${caller}: store`, 'an object with a method `add`, and `has` where `add` does not tell', store);
}

function seenInMemory<K>(max: number): SeenKeys<K> {
  const keys = new LruMap<K, true>(max);
  return (key) => {
    const isNew = keys.get(key) === undefined;
    if (isNew) keys.set(key, true);
    return isNew;
  };
}

function seenInStore<K>(store: SeenKeyStore<K>): SeenKeys<K> {
  /** Keys that the store is being asked for: one that comes again meanwhile is not new, whatever the answer. */
  const asked = new Set<K>();
  const add = (key: K): boolean | Future<boolean> => whenAnswered(store.add(key), (answer) => answer !== false);
  return (key) => {
    if (asked.has(key)) return false;
    const isNew = whenAnswered(store.has?.(key), (has) => (has ? false : add(key)));
    if (typeof isNew === 'boolean') return isNew;
    asked.add(key);
    return Future.from(isNew.pipe(finalize(() => asked.delete(key))));
  };
}

/** Continues with an answer of the store: now, or with a future where the answer comes later. */
function whenAnswered(
  answer: unknown,
  next: (answer: unknown) => boolean | Future<boolean>,
): boolean | Future<boolean> {
  if (!isAsyncInput(answer)) return next(answer);
  return Future.from(
    Future.from(answer).pipe(
      mergeMap((later) => {
        const isNew = next(later);
        return typeof isNew === 'boolean' ? of(isNew) : isNew;
      }),
    ),
  );
}
