/**
 * A Map of at most `max` entries, from which the least recently used goes first. A Map keeps its entries in the order
 * in which they were put in, so that an entry put in anew is the most recently used one.
 */
export class LruMap<K, V> {
  readonly #entries = new Map<K, V>();

  /** @param max how many entries it keeps at most, 1 or more */
  constructor(private readonly max: number) {}

  get size(): number {
    return this.#entries.size;
  }

  /** The value of a key, which is the most recently used one from then on. */
  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    // Put in anew, it is the last.
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
