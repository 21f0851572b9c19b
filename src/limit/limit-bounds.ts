/** The bounds of a limiter: how many calls run at a time, and how many start in a time. All bounds can change while calls wait. */
import { invalidOption } from '../core/describe';
import { checkFlag } from '../core/option-values';
import { checkOptions } from '../core/options';

/**
 * A rate of starts. At most `max(burst, largest cost) + count × t / per` of cost starts in any time of `t` ms, so a burst
 * comes on top of the rate. With `window`, at most `count` starts in any window of `per` ms.
 */
export interface RateConfig {
  /** Cost that may start in each `per` ms; a call has the cost 1 unless it says otherwise. `Infinity` is no rate. */
  readonly count: number;
  /** Length of the period in ms. */
  readonly per: number;
  /**
   * Cost that may start at once after a time without starts. With 1, starts are `per / count` ms apart.
   *
   * @defaultValue 1, or the cost of one ms at rates above one per ms; with `window`, as much as the window has room for
   */
  readonly burst?: number;
  /**
   * Counts exactly: no window of `per` ms, wherever it begins, has more than `count` of starts. The time of each start in
   * the window is kept.
   *
   * @defaultValue `false`
   */
  readonly window?: boolean;
}

/** The bounds of all calls together, or of the calls of one key. */
export interface LimitBounds {
  /**
   * Maximum cost of the calls that run at a time.
   *
   * @defaultValue `Infinity`
   */
  readonly concurrency?: number;
  /**
   * One rate, or several that all have to agree: 20 per second and 100 per two minutes.
   *
   * @defaultValue no rate
   */
  readonly rate?: RateConfig | readonly RateConfig[];
  /**
   * The burst of each rate that has none of its own. It is given together with `rate`.
   *
   * @defaultValue that of `RateConfig`
   */
  readonly burst?: number;
}

/** A change of bounds: `undefined` leaves a bound as it is, `null` removes it. */
export interface LimitChange {
  readonly concurrency?: number | null | undefined;
  readonly rate?: RateConfig | readonly RateConfig[] | null | undefined;
  readonly burst?: number | undefined;
}

/** A checked rate. */
export interface RateOptions {
  readonly count: number;
  readonly per: number;
  readonly burst: number;
  readonly isWindow: boolean;
}

/** Checked bounds; an undefined bound is not set. */
export interface BoundOptions {
  readonly concurrency: number | undefined;
  readonly rates: readonly RateOptions[] | undefined;
}

/** The bounds of a limiter, which change in place. */
export interface LimiterBounds {
  all: BoundOptions;
  perKey: BoundOptions;
  /** Bounds set for one key; an undefined bound is that of `perKey`. */
  readonly byKey: Map<unknown, BoundOptions>;
  maxWaiting: number;
}

export const UNBOUNDED: BoundOptions = { concurrency: undefined, rates: undefined };

export const boundNames: readonly string[] = ['concurrency', 'rate', 'burst'];

/**
 * The bounds after a change.
 *
 * @param place the start of messages: `Limiter`, or `Limiter: perKey`
 * @throws TypeError for an invalid bound
 */
export function changedBounds(
  place: string,
  bounds: BoundOptions,
  { concurrency, rate, burst }: LimitChange,
): BoundOptions {
  if (concurrency !== undefined && concurrency !== null) checkConcurrency(place, concurrency);
  if (burst !== undefined && !rate) throw invalidOption(`${place}: burst`, 'given together with `rate`', burst);
  return {
    concurrency: concurrency === undefined ? bounds.concurrency : (concurrency ?? undefined),
    rates: rate === undefined ? bounds.rates : rate === null ? undefined : checkedRates(place, rate, burst),
  };
}

/** A fraction is valid, since costs may be fractions. */
function checkConcurrency(place: string, concurrency: number): void {
  if (typeof concurrency === 'number' && concurrency >= 1) return;
  throw invalidOption(`${place}: concurrency`, 'a number of 1 or more (pause() stops all calls)', concurrency);
}

function checkedRates(
  place: string,
  rate: RateConfig | readonly RateConfig[],
  burst: number | undefined,
): RateOptions[] {
  if (burst !== undefined) checkBurst(place, burst);
  return [rate].flat().flatMap((one) => checkedRate(`${place}: rate`, one, burst));
}

const rateNames: readonly string[] = ['count', 'per', 'burst', 'window'];

function checkedRate(place: string, rate: RateConfig, commonBurst: number | undefined): RateOptions[] {
  checkOptions(place, rate, rateNames);
  const { count, per, burst = commonBurst, window = false } = rate;
  checkPositive(`${place}: count`, count, 'a number above 0, or Infinity for no rate');
  checkPositive(`${place}: per`, per, 'a number of ms above 0');
  if (per === Infinity) throw invalidOption(`${place}: per`, 'a finite number of ms', per);
  checkFlag(`${place}: window`, window);
  if (burst !== undefined) checkBurst(place, burst);
  if (count === Infinity) return [];
  if (!window) return [{ count, per, burst: burst ?? Math.max(1, count / per), isWindow: false }];
  const exact = { count, per, burst: count, isWindow: true };
  return burst === undefined ? [exact] : [exact, { count, per, burst, isWindow: false }];
}

function checkBurst(place: string, burst: unknown): void {
  if (!(typeof burst === 'number' && burst >= 1 && burst < Infinity))
    throw invalidOption(`${place}: burst`, 'a finite number of 1 or more', burst);
}

function checkPositive(place: string, value: unknown, mustBe: string): void {
  if (!(typeof value === 'number' && value > 0)) throw invalidOption(place, mustBe, value);
}
