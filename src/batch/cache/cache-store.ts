/** A synchronous store of values by key identity, such as a `Map`. */
export interface CacheStore {
  has(identity: unknown): boolean;
  get(identity: unknown): unknown;
  set(identity: unknown, value: unknown): unknown;
  delete(identity: unknown): unknown;
  clear(): unknown;
}

export interface CacheBounds {
  /**
   * Maximum number of values. The least recently used value is removed first.
   *
   * @defaultValue `10_000`
   */
  readonly max?: number;
  /**
   * Lifetime of a value, in ms of the scheduler's clock. An older value is loaded anew.
   *
   * @defaultValue no limit
   */
  readonly ttl?: number;
}
