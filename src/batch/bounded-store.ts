/**
 * The store behind `{ max, ttl }`: lru-cache, which makes room for values as they come, since there may be a store for
 * each of many tenants; and the age of a value, told by the clock of the scheduler.
 */
import { LRUCache } from 'lru-cache';
import type { CacheBounds, CacheStore } from './cache';

const DEFAULT_MAX = 10_000;

/** In a box, since to lru-cache the value `undefined` means "delete". */
interface Kept {
  readonly value: unknown;
  readonly since: number;
}

export class BoundedStore implements CacheStore {
  readonly #kept: LRUCache<object, Kept>;
  readonly #ttl: number;
  readonly #now: () => number;

  constructor({ max = DEFAULT_MAX, ttl = Infinity }: CacheBounds, now: () => number) {
    // By sizes: for its `max`, lru-cache would set aside room for so many at once.
    this.#kept = new LRUCache({ maxSize: max, sizeCalculation: () => 1 });
    this.#ttl = ttl;
    this.#now = now;
  }

  get size(): number {
    return this.#kept.size;
  }

  has(identity: unknown): boolean {
    return this.#find(identity) !== undefined;
  }

  get(identity: unknown): unknown {
    return this.#find(identity)?.value;
  }

  set(identity: unknown, value: unknown): void {
    this.#kept.set(asKey(identity), { value, since: this.#ttl === Infinity ? 0 : this.#now() });
  }

  delete(identity: unknown): void {
    this.#kept.delete(asKey(identity));
  }

  clear(): void {
    this.#kept.clear();
  }

  #find(identity: unknown): Kept | undefined {
    const kept = this.#kept.get(asKey(identity));
    if (!kept || this.#ttl === Infinity) return kept;
    const age = this.#now() - kept.since;
    // From the future is what another clock has timed: how old it is, this one cannot tell.
    return age >= 0 && age <= this.#ttl ? kept : undefined;
  }
}

/** The types of lru-cache want an object; the Map within takes any key. */
const asKey = (identity: unknown): object => identity as object;
