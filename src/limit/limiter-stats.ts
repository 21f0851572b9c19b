/** The state of a limiter at one moment, for dashboards and for the question why a call does not start. */

/** What keeps the next call of a key, or the next call of all, from starting. */
export interface LimiterWait {
  /** Whether the bound is one of the key or one of the whole limiter. */
  readonly of: 'key' | 'limiter';
  /** A slot in use, a rate, or a pause. */
  readonly for: 'slot' | 'rate' | 'pause';
  /**
   * The time of the limiter's clock in ms (in real time, since 1970) at which the wait ends; undefined for a slot, and
   * `Infinity` for a pause without end.
   */
  readonly until: number | undefined;
}

/** Numbers of one key. */
export interface LimiterKeyStats {
  /** Number of calls that run. */
  readonly running: number;
  /** Number of calls that wait. */
  readonly waiting: number;
  /** Time in ms that the call that arrived first has been waiting; 0 if none waits. */
  readonly longestWait: number;
  /** What the next call waits for; undefined if none waits, or if the key only waits for the turns of other keys. */
  readonly waitsFor: LimiterWait | undefined;
  /** The end of the pause of the key, in ms of the limiter's clock; undefined if it is not paused. */
  readonly pausedUntil: number | undefined;
}

/** Numbers of a limiter. */
export interface LimiterStats {
  readonly running: number;
  readonly waiting: number;
  readonly longestWait: number;
  /** The present concurrency of all calls together, which an adaptive limiter changes by itself. */
  readonly concurrency: number;
  readonly pausedUntil: number | undefined;
  /** Each key with calls, a pause, or a rate that still counts earlier calls. */
  readonly keys: ReadonlyMap<unknown, LimiterKeyStats>;
}
