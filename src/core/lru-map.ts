/**
 * An LRU map has at most `max` entries and evicts the least recently used one. A `Map` iterates in order of insertion, so
 * deleting and inserting an entry again makes it the most recently used one.
 */
export class LruMap<K, V> {
  readonly #entries = new Map<K, V>();

  /** @param max maximum number of entries, 1 or more */
  constructor(private readonly max: number) {}

  get size(): number {
    return this.#entries.size;
  }

  /** Returns the value of a key and makes the entry the most recently used one. */
  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.max) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }

  delete(key: K): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
