/**
 * What a batch function remembers on one scheduler, of one partition. Simultaneous requests for a key share one item, also while it is
 * in flight; afterwards its value is kept: in the item itself, or in a store. Failures are not kept.
 */
import { LRUCache } from 'lru-cache';
import { ended, type Execution, type Sink } from '../future/execution';
import type { Item } from './item';

/** A synchronous store of values by key identity. A `Map` is one. */
export interface CacheStore {
  has(identity: unknown): boolean;
  get(identity: unknown): unknown;
  set(identity: unknown, value: unknown): unknown;
  delete(identity: unknown): unknown;
  clear(): unknown;
}

export interface CacheBounds {
  /** So many values at most; the least recently used goes first (10 000). */
  readonly max?: number;
  /** A value is asked for anew after so many ms of the scheduler's clock (never). */
  readonly ttl?: number;
}

export type CacheConfig = boolean | CacheBounds | CacheStore;

const DEFAULT_MAX = 10_000;
const storeMethods = ['has', 'get', 'set', 'delete', 'clear'] as const;

export class Cache<K, V> {
  readonly #items = new Map<unknown, Item<K, V>>();
  readonly #store: CacheStore | undefined;

  constructor(config: Exclude<CacheConfig, boolean> | true, now: () => number) {
    this.#store = config === true ? undefined : isStore(config) ? config : boundedStore(config, now);
  }

  /** Answers with what is known of a key: an item on its way or, without a store, arrived; or a stored value. */
  recall(identity: unknown, sink: Sink<V>): Execution | undefined {
    const item = this.#items.get(identity);
    if (item && !item.isAdrift) return item.join(sink);
    if (!this.#store?.has(identity)) return undefined;
    sink.succeed(this.#store.get(identity) as V); // `keep` put it there
    return ended;
  }

  add(item: Item<K, V>): void {
    this.#items.set(item.identity, item);
  }

  /** It has its value, which is kept unless the key was cleared meanwhile. */
  keep(item: Item<K, V>, value: V): void {
    if (!this.#store || this.#items.get(item.identity) !== item) return;
    this.#items.delete(item.identity);
    this.#store.set(item.identity, value);
  }

  /** It has failed, or nobody waits for it any more. */
  forget(item: Item<K, V>): void {
    if (this.#items.get(item.identity) === item) this.#items.delete(item.identity);
  }

  /** Keeps a value as if it had been loaded, unless the key is known already. */
  prime(item: Item<K, V>, value: V): void {
    if (this.#items.has(item.identity) || this.#store?.has(item.identity)) return;
    if (this.#store) this.#store.set(item.identity, value);
    else this.add(item);
  }

  clear(identity: unknown): void {
    this.#items.delete(identity);
    this.#store?.delete(identity);
  }

  clearAll(): void {
    this.#items.clear();
    this.#store?.clear();
  }
}

/** What is wrong with a cache option, or undefined. */
export function cacheProblem(
  config: CacheConfig,
): { readonly option: string; readonly mustBe: string; readonly got: unknown } | undefined {
  if (typeof config === 'boolean') return undefined;
  if (typeof config !== 'object' || (config as unknown) === null) {
    return { option: 'cache', mustBe: 'true, { max, ttl }, or a store', got: config };
  }
  if (storeMethods.some((method) => method in config)) {
    const missing = storeMethods.find((method) => typeof (config as Partial<CacheStore>)[method] !== 'function');
    return (
      missing && { option: `cache.${missing}`, mustBe: 'a method of the store', got: Reflect.get(config, missing) }
    );
  }
  const { max, ttl } = config as CacheBounds;
  if (max !== undefined && !(Number.isInteger(max) && max >= 1)) {
    return { option: 'cache.max', mustBe: 'a whole number, 1 or more', got: max };
  }
  if (ttl !== undefined && !(Number.isInteger(ttl) && ttl >= 1)) {
    return { option: 'cache.ttl', mustBe: 'a whole number of ms, 1 or more', got: ttl };
  }
  return undefined;
}

export const isStore = (config: CacheConfig): config is CacheStore => typeof config === 'object' && 'get' in config;

function boundedStore({ max = DEFAULT_MAX, ttl = 0 }: CacheBounds, now: () => number): CacheStore {
  // lru-cache takes the time 0, where virtual time starts, for "no time"; and the value `undefined` for "delete".
  const values = new LRUCache<object, { readonly value: unknown }>({
    max,
    ttl,
    ttlResolution: 0,
    perf: { now: () => now() + 1 },
  });
  const asKey = (identity: unknown): object => identity as object; // its types want `{}`; a Map within takes any key
  return {
    has: (identity) => values.has(asKey(identity)),
    get: (identity) => values.get(asKey(identity))?.value,
    set: (identity, value) => values.set(asKey(identity), { value }),
    delete: (identity) => values.delete(asKey(identity)),
    clear: () => {
      values.clear();
    },
  };
}
