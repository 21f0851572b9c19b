/** A handle on one key of a limiter. It holds the key and no state, so it stays valid while the key has no calls. */
import { checkDuration } from './limiter-config';
import type { LimitChange } from './limit-bounds';
import type { LimiterKeyStats } from './limiter-stats';

/** What the handle asks of its limiter, for its key. */
export interface KeyControl {
  setBounds(change: LimitChange): void;
  pause(duration: number | Date): void;
  resume(): void;
  stats(): LimiterKeyStats;
}

/**
 * One key of a limiter: its own bounds, its pause and its numbers.
 *
 * @example
 * limiter.key('example.com').set({ concurrency: 1, rate: { count: 1, per: 2_000 } });
 */
export class LimiterKey {
  readonly #control: KeyControl;

  /** @internal */
  constructor(
    readonly key: unknown,
    control: KeyControl,
  ) {
    this.#control = control;
  }

  /**
   * Sets bounds for this key, in place of those of `perKey`, also for waiting calls. They stay until they are changed again.
   *
   * @param bounds a bound that is missing stays as it is; `null` brings back that of `perKey`
   * @throws TypeError if a bound is unknown or invalid
   */
  set(bounds: LimitChange): void {
    this.#control.setBounds(bounds);
  }

  /**
   * Starts no call of this key for a time. The longest of several pauses counts.
   *
   * @param duration in ms, or the date of its end
   * @defaultValue `Infinity`: until `resume`
   * @throws TypeError for an invalid duration
   * @example
   * limiter.key('example.com').pause(30_000); // Retry-After: 30
   */
  pause(duration: number | Date = Infinity): void {
    checkDuration('Limiter.key.pause', duration);
    this.#control.pause(duration);
  }

  /** Ends the pause of this key. Rates and a pause of the whole limiter stay. */
  resume(): void {
    this.#control.resume();
  }

  /** The numbers of this key now. */
  get stats(): LimiterKeyStats {
    return this.#control.stats();
  }
}
