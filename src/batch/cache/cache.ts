/**
 * The cache of a batch function for one partition. Overlapping loads of a key share one item, also while it is in flight;
 * afterwards its value is kept in the item itself, or in a store. Failures are not kept.
 */
import { describe } from '../../core/describe';
import { isConfig } from '../../core/options';
import { isPromiseOrObservable } from '../../core/rx';
import { ended, type Execution, type Sink } from '../../future/execution';
import { BoundedStore } from './bounded-store';
import type { CacheBounds, CacheStore } from './cache-store';
import { succeedAlone, type PendingKey } from '../pending-key';

/** The option `cache`: on or off, bounds, or a store. */
export type CacheConfig = boolean | CacheBounds | CacheStore;

/** The names of the options of `cache: { … }`. */
export const boundNames: readonly string[] = ['max', 'ttl'] satisfies (keyof CacheBounds)[];

const storeMethods = ['has', 'get', 'set', 'delete', 'clear'] as const;

export class Cache<K, V> {
  readonly #items = new Map<unknown, PendingKey<K, V>>();
  readonly #store: CacheStore | undefined;
  /** The store that `{ max, ttl }` makes. Unlike a store of the caller it may be dropped when it is empty. */
  readonly #ownStore: BoundedStore | undefined;

  constructor(
    readonly partition: unknown,
    config: Exclude<CacheConfig, false>,
    now: () => number,
  ) {
    this.#ownStore = config === true || isStore(config) ? undefined : new BoundedStore(config, now);
    this.#store = config === true ? undefined : isStore(config) ? config : this.#ownStore;
  }

  get isEmpty(): boolean {
    return this.#items.size === 0 && (!this.#store || this.#ownStore?.size === 0);
  }

  /** Whether no item is pending, and every kept value has expired. */
  get isExpired(): boolean {
    return this.#items.size === 0 && this.#ownStore?.isExpired === true;
  }

  /** Joins the item of a key, which is pending or (without a store) settled, or delivers the stored value. */
  loadKnown(identity: unknown, sink: Sink<V>): Execution | undefined {
    const item = this.#items.get(identity);
    return item ? item.join(sink) : this.#loadStored(identity, sink);
  }

  /** Like `loadKnown` for another time domain, in which the pending items of this one never settle. */
  loadSettled(identity: unknown, sink: Sink<V>): Execution | undefined {
    const item = this.#items.get(identity);
    return item?.isSettled ? item.join(sink) : this.#loadStored(identity, sink);
  }

  pendingKey(identity: unknown): PendingKey<K, V> | undefined {
    const item = this.#items.get(identity);
    return item?.isSettled === false ? item : undefined;
  }

  has(identity: unknown): boolean {
    return this.#items.has(identity) || this.#isStored(identity);
  }

  hasValue(identity: unknown): boolean {
    return this.#items.get(identity)?.isSettled === true || this.#isStored(identity);
  }

  add(item: PendingKey<K, V>): void {
    this.#items.set(item.identity, item);
  }

  keep(item: PendingKey<K, V>, value: V): void {
    if (!this.#store || this.#items.get(item.identity) !== item) return;
    this.#items.delete(item.identity);
    this.#store.set(item.identity, value);
  }

  forget(item: PendingKey<K, V>): void {
    if (this.#items.get(item.identity) === item) this.#items.delete(item.identity);
  }

  clear(identity: unknown): void {
    this.#items.delete(identity);
    this.#store?.delete(identity);
  }

  clearAll(): void {
    this.#items.clear();
    this.#store?.clear();
  }

  #loadStored(identity: unknown, sink: Sink<V>): Execution | undefined {
    if (!this.#store) return undefined;
    // `get` comes before `has`: a value with a `ttl` may expire between the two.
    const value = this.#store.get(identity);
    if (value === undefined && !this.#isStored(identity)) return undefined;
    succeedAlone(sink, checkedAnswer(value, 'get') as V); // `keep` stored it
    return ended;
  }

  #isStored(identity: unknown): boolean {
    return this.#store !== undefined && checkedAnswer(this.#store.has(identity), 'has');
  }
}

/** @throws TypeError if a store returns a promise. */
function checkedAnswer<T>(answer: T, method: 'get' | 'has'): T {
  if (!isPromiseOrObservable(answer)) return answer;
  throw new TypeError(
    `batch: expected \`cache.${method}\` to be a synchronous method of the store; it returned ${describe(answer)}. ` +
      'The store must be synchronous, as a Map is. Query an asynchronous store in the resolver instead.',
  );
}

/** The error in a cache option, or undefined. */
export function cacheProblem(
  config: CacheConfig,
): { readonly option: string; readonly mustBe: string; readonly got: unknown } | undefined {
  if (typeof config === 'boolean') return undefined;
  const noCache = { option: 'cache', mustBe: 'true, { max, ttl }, or a store', got: config };
  if (typeof config !== 'object' || (config as unknown) === null) return noCache;
  if (storeMethods.some((method) => method in config)) {
    const missing = storeMethods.find((method) => typeof (config as Partial<CacheStore>)[method] !== 'function');
    return (
      missing && { option: `cache.${missing}`, mustBe: 'a method of the store', got: Reflect.get(config, missing) }
    );
  }
  if (!isConfig(config, boundNames)) return noCache;
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
