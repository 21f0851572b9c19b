/**
 * What a batch function remembers of one partition. Simultaneous requests for a key share one item, also while it is in
 * flight; afterwards its value is kept: in the item itself, or in a store. Failures are not kept.
 */
import { describe } from '../core/describe';
import { isConfig } from '../core/options';
import { arrivesLater } from '../core/rx';
import { ended, type Execution, type Sink } from '../future/execution';
import { BoundedStore } from './bounded-store';
import { succeedAlone, type Item } from './item';

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

/** The names of the options of `cache: { … }`. */
export const boundNames: readonly string[] = ['max', 'ttl'] satisfies (keyof CacheBounds)[];

const storeMethods = ['has', 'get', 'set', 'delete', 'clear'] as const;

export class Cache<K, V> {
  readonly #items = new Map<unknown, Item<K, V>>();
  readonly #store: CacheStore | undefined;
  /** A store of theirs is never done with. */
  readonly #own: BoundedStore | undefined;

  constructor(
    readonly partition: unknown,
    config: Exclude<CacheConfig, false>,
    now: () => number,
  ) {
    this.#own = config === true || isStore(config) ? undefined : new BoundedStore(config, now);
    this.#store = config === true ? undefined : isStore(config) ? config : this.#own;
  }

  get isEmpty(): boolean {
    return this.#items.size === 0 && (!this.#store || this.#own?.size === 0);
  }

  /** Whether nothing is on its way, and all that was kept has come to its end. */
  get isExpired(): boolean {
    return this.#items.size === 0 && this.#own?.isExpired === true;
  }

  /** Answers with what is known of a key: an item on its way or, without a store, arrived; or a stored value. */
  recall(identity: unknown, sink: Sink<V>): Execution | undefined {
    const item = this.#items.get(identity);
    return item ? item.join(sink) : this.#recallStored(identity, sink);
  }

  /** The same for another era of time, in which nothing comes that is on its way in this one. */
  recallArrived(identity: unknown, sink: Sink<V>): Execution | undefined {
    const item = this.#items.get(identity);
    return item?.isSettled ? item.join(sink) : this.#recallStored(identity, sink);
  }

  waitingFor(identity: unknown): Item<K, V> | undefined {
    const item = this.#items.get(identity);
    return item?.isSettled === false ? item : undefined;
  }

  knows(identity: unknown): boolean {
    return this.#items.has(identity) || this.#isStored(identity);
  }

  hasArrived(identity: unknown): boolean {
    return this.#items.get(identity)?.isSettled === true || this.#isStored(identity);
  }

  add(item: Item<K, V>): void {
    this.#items.set(item.identity, item);
  }

  keep(item: Item<K, V>, value: V): void {
    if (!this.#store || this.#items.get(item.identity) !== item) return;
    this.#items.delete(item.identity);
    this.#store.set(item.identity, value);
  }

  forget(item: Item<K, V>): void {
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

  #recallStored(identity: unknown, sink: Sink<V>): Execution | undefined {
    if (!this.#store) return undefined;
    // Before `has`, never after it: what has a time to live may come to its end between the two.
    const value = this.#store.get(identity);
    if (value === undefined && !this.#isStored(identity)) return undefined;
    succeedAlone(sink, arrived(value, 'get') as V); // `keep` put it there
    return ended;
  }

  #isStored(identity: unknown): boolean {
    return this.#store !== undefined && arrived(this.#store.has(identity), 'has');
  }
}

/** @throws TypeError if a store answers with a promise. */
function arrived<T>(answer: T, method: 'get' | 'has'): T {
  if (!arrivesLater(answer)) return answer;
  throw new TypeError(
    `batch: expected \`cache.${method}\` to be a synchronous method of the store; it returned ${describe(answer)}. ` +
      'The store must be synchronous, as a Map is. Ask an asynchronous store in the resolver instead.',
  );
}

/** What is wrong with a cache option, or undefined. */
export function cacheProblem(
  config: CacheConfig,
): { readonly option: string; readonly mustBe: string; readonly got: unknown } | undefined {
  if (typeof config === 'boolean') return undefined;
  const isNeither = { option: 'cache', mustBe: 'true, { max, ttl }, or a store', got: config };
  if (typeof config !== 'object' || (config as unknown) === null) return isNeither;
  if (storeMethods.some((method) => method in config)) {
    const missing = storeMethods.find((method) => typeof (config as Partial<CacheStore>)[method] !== 'function');
    return (
      missing && { option: `cache.${missing}`, mustBe: 'a method of the store', got: Reflect.get(config, missing) }
    );
  }
  if (!isConfig(config, boundNames)) return isNeither;
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
