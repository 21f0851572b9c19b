/**
 * The store behind `{ max, ttl }`: the `max` values used last, each with the time at which it was stored, by the clock of
 * the scheduler. An empty store takes little memory, because each of many tenants may have a store.
 */
import { LruMap } from '../../core/lru-map';
import type { CacheBounds, CacheStore } from './cache-store';

const DEFAULT_MAX = 10_000;

/** Wraps the value, which may be `undefined`. */
interface Entry {
  readonly value: unknown;
  readonly storedAt: number;
}

export class BoundedStore implements CacheStore {
  readonly #entries: LruMap<unknown, Entry>;
  readonly #ttl: number;
  readonly #now: () => number;
  /** Time of the last `set`. */
  #latest = -Infinity;

  constructor({ max = DEFAULT_MAX, ttl = Infinity }: CacheBounds, now: () => number) {
    this.#entries = new LruMap(max);
    this.#ttl = ttl;
    this.#now = now;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Whether the value that was stored last, and so every value, has expired. */
  get isExpired(): boolean {
    return this.#ttl !== Infinity && !this.#isFresh(this.#latest);
  }

  has(identity: unknown): boolean {
    return this.#find(identity) !== undefined;
  }

  get(identity: unknown): unknown {
    return this.#find(identity)?.value;
  }

  set(identity: unknown, value: unknown): void {
    const storedAt = this.#ttl === Infinity ? 0 : this.#now();
    this.#latest = storedAt;
    this.#entries.set(identity, { value, storedAt });
  }

  delete(identity: unknown): void {
    this.#entries.delete(identity);
  }

  clear(): void {
    this.#entries.clear();
  }

  #find(identity: unknown): Entry | undefined {
    const entry = this.#entries.get(identity);
    return !entry || this.#ttl === Infinity || this.#isFresh(entry.storedAt) ? entry : undefined;
  }

  #isFresh(storedAt: number): boolean {
    const age = this.#now() - storedAt;
    // A time in the future comes from another clock, so the age of the value is unknown.
    return age >= 0 && age <= this.#ttl;
  }
}
