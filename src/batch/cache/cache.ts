/**
 * The cache of a batch function for one partition. Overlapping loads of a key share one item, also while it is in flight;
 * afterwards its value is kept in the item itself, or in a store. Failures are not kept.
 */
import { describe, invalidOption } from '../../core/describe';
import { checkCount, checkFunction } from '../../core/option-values';
import { checkOptions, isConfig } from '../../core/options';
import { isPromiseOrObservable } from '../../core/rx';
import { endedExecution, type Execution, type Sink } from '../../future/execution';
import { succeedIsolated } from '../../future/isolated-delivery';
import { BoundedStore } from './bounded-store';
import type { CacheBounds, CacheStore } from './cache-store';

/** The option `cache`: on or off, bounds, or a store. */
export type CacheConfig = boolean | CacheBounds | CacheStore;

/** The names of the options of `cache: { … }`. */
const boundNames: readonly string[] = ['max', 'ttl'] satisfies (keyof CacheBounds)[];

const storeMethods = ['has', 'get', 'set', 'delete', 'clear'] as const;

/** A key of a batch function in a cache: pending, or settled. */
export interface CachedKey<V> {
  readonly identity: unknown;
  readonly isSettled: boolean;
  /** Delivers the value of a settled key, or adds a waiter to a pending one. */
  join(sink: Sink<V>): Execution;
}

export class Cache<V, Key extends CachedKey<V>> {
  readonly #items = new Map<unknown, Key>();
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

  pendingKey(identity: unknown): Key | undefined {
    const item = this.#items.get(identity);
    return item?.isSettled === false ? item : undefined;
  }

  has(identity: unknown): boolean {
    return this.#items.has(identity) || this.#isStored(identity);
  }

  hasValue(identity: unknown): boolean {
    return this.#items.get(identity)?.isSettled === true || this.#isStored(identity);
  }

  add(item: Key): void {
    this.#items.set(item.identity, item);
  }

  keep(item: Key, value: V): void {
    if (!this.#store || this.#items.get(item.identity) !== item) return;
    this.#items.delete(item.identity);
    this.#store.set(item.identity, value);
  }

  forget(item: Key): void {
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
    succeedIsolated(sink, checkedAnswer(value, 'get') as V); // Cast: a `V`, because `keep` stored it.
    return endedExecution;
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

/** @throws TypeError unless the option `cache` is a boolean, bounds or a store. */
export function checkCache(title: string, config: unknown): void {
  if (typeof config === 'boolean') return;
  if (typeof config === 'object' && config !== null && storeMethods.some((method) => method in config)) {
    for (const method of storeMethods)
      checkFunction(`${title}: cache.${method}`, Reflect.get(config, method), 'a method of the store');
    return;
  }
  if (!isConfig(config, boundNames)) throw invalidOption(`${title}: cache`, 'true, { max, ttl }, or a store', config);
  checkBounds(`${title}: cache.`, config);
  checkOptions(`${title}: cache`, config, boundNames);
}

/** @param prefix of the names `max` and `ttl` in an error */
export function checkBounds(prefix: string, { max, ttl }: CacheBounds): void {
  if (max !== undefined) checkCount(`${prefix}max`, max, { min: 1 });
  if (ttl !== undefined) checkCount(`${prefix}ttl`, ttl, { min: 1, unit: 'ms' });
}

export const isStore = (config: CacheConfig): config is CacheStore => typeof config === 'object' && 'get' in config;
