/**
 * The store behind `{ max, ttl }`: the values used last, `max` of them, and the age of each by the clock of the
 * scheduler. It takes room only for what is in it, since each of many tenants may have a store.
 */
import { LruMap } from '../core/lru-map';
import type { CacheBounds, CacheStore } from './cache';

const DEFAULT_MAX = 10_000;

/** In a box, since the value may be `undefined`. */
interface Kept {
  readonly value: unknown;
  readonly since: number;
}

export class BoundedStore implements CacheStore {
  readonly #kept: LruMap<unknown, Kept>;
  readonly #ttl: number;
  readonly #now: () => number;
  /** When a value was last kept. */
  #latest = -Infinity;

  constructor({ max = DEFAULT_MAX, ttl = Infinity }: CacheBounds, now: () => number) {
    this.#kept = new LruMap(max);
    this.#ttl = ttl;
    this.#now = now;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** Whether the value that was kept last, and so every value, has come to its end. */
  get isExpired(): boolean {
    return this.#ttl !== Infinity && !this.#isAlive(this.#latest);
  }

  has(identity: unknown): boolean {
    return this.#find(identity) !== undefined;
  }

  get(identity: unknown): unknown {
    return this.#find(identity)?.value;
  }

  set(identity: unknown, value: unknown): void {
    const since = this.#ttl === Infinity ? 0 : this.#now();
    this.#latest = since;
    this.#kept.set(identity, { value, since });
  }

  delete(identity: unknown): void {
    this.#kept.delete(identity);
  }

  clear(): void {
    this.#kept.clear();
  }

  #find(identity: unknown): Kept | undefined {
    const kept = this.#kept.get(identity);
    return !kept || this.#ttl === Infinity || this.#isAlive(kept.since) ? kept : undefined;
  }

  #isAlive(since: number): boolean {
    const age = this.#now() - since;
    // From the future is what another clock has timed: how old it is, this one cannot tell.
    return age >= 0 && age <= this.#ttl;
  }
}
