/** The options of a limiter. */
import type { SchedulerLike } from 'rxjs';
import { invalidOption } from '../core/describe';
import { checkCount, checkMs, checkScheduler, checkString } from '../core/option-values';
import { checkOptions } from '../core/options';
import { printable } from '../core/printable';
import { checkedAdaptive, type AdaptiveConfig, type AdaptiveOptions } from './adaptive-concurrency';
import {
  boundNames,
  changedBounds,
  UNBOUNDED,
  type LimitBounds,
  type LimitChange,
  type LimiterBounds,
} from './limit-bounds';
import { timeSource } from './limiter-clock';

export interface LimiterConfig extends LimitBounds {
  /**
   * Name for events and messages.
   *
   * @defaultValue `'Limiter'`
   */
  readonly name?: string;
  /** The bounds of each key by itself. */
  readonly perKey?: LimitBounds;
  /**
   * Maximum number of waiting calls. A call beyond it fails with a `LimiterFullError`.
   *
   * @defaultValue `Infinity`
   */
  readonly maxWaiting?: number;
  /**
   * Time in ms of waiting that counts as one more of `priority`, so that calls of a low priority start some time.
   *
   * @defaultValue `Infinity`: a waiting call keeps its priority
   */
  readonly ageing?: number;
  /**
   * Adapts the concurrency of all calls together to the latency or the failures of calls; see `AdaptiveConfig`.
   *
   * @defaultValue the concurrency stays as it is set
   */
  readonly adaptive?: AdaptiveConfig;
  /**
   * The RxJS scheduler that provides time and timers. On real time, a monotonic clock counts, so steps of the system date
   * have no effect. A scheduler with a `now` of its own counts by it.
   *
   * @defaultValue `asyncScheduler`
   */
  readonly clock?: SchedulerLike;
}

/** A change of a limiter: `undefined` leaves a bound as it is, `null` removes it. */
export interface LimiterChange extends LimitChange {
  readonly perKey?: LimitChange | null | undefined;
  readonly maxWaiting?: number | null | undefined;
}

export interface LimiterOptions {
  readonly name: string;
  readonly bounds: LimiterBounds;
  readonly ageing: number;
  readonly adaptive: AdaptiveOptions | undefined;
  readonly clock: SchedulerLike;
}

const changeNames: readonly string[] = [...boundNames, 'perKey', 'maxWaiting'];

/** Complete, since the compiler checks it against `LimiterConfig`. */
const optionNames: readonly string[] = Object.keys({
  name: true,
  concurrency: true,
  rate: true,
  burst: true,
  perKey: true,
  maxWaiting: true,
  ageing: true,
  adaptive: true,
  clock: true,
} satisfies Record<keyof LimiterConfig, true>);

/** @throws TypeError that names the first invalid or unknown option. */
export function checkedOptions(config: LimiterConfig): LimiterOptions {
  checkOptions('Limiter', config, optionNames);
  const { name = 'Limiter', ageing = Infinity, adaptive, clock } = config;
  checkString('Limiter: name', name);
  checkMs('Limiter: ageing', ageing);
  if (ageing === 0) throw invalidOption('Limiter: ageing', 'a number of ms above 0', ageing);
  if (clock !== undefined) checkScheduler('Limiter: clock', clock);
  for (const bound of changeNames) {
    // In `set`, `null` removes a bound; here it is a mistake.
    if (Reflect.get(config, bound) === null)
      throw invalidOption(`Limiter: ${bound}`, 'a number or an object of options', null);
  }
  const bounds: LimiterBounds = { all: UNBOUNDED, perKey: UNBOUNDED, byKey: new Map(), maxWaiting: Infinity };
  changeBounds('Limiter', bounds, config);
  const adaptiveOptions = adaptive === undefined ? undefined : checkedAdaptive(adaptive, bounds.all.concurrency);
  if (adaptiveOptions) bounds.all = { ...bounds.all, concurrency: adaptiveOptions.initial };
  return {
    name: printable(name),
    bounds,
    ageing,
    adaptive: adaptiveOptions,
    clock: timeSource(clock),
  };
}

/** @throws TypeError for an unknown or invalid bound; all bounds are unchanged then. */
export function checkedChange(change: LimiterChange): (bounds: LimiterBounds) => void {
  checkOptions('Limiter.set', change, changeNames);
  return (bounds) => changeBounds('Limiter.set', bounds, change);
}

function changeBounds(place: string, bounds: LimiterBounds, change: LimiterChange): void {
  const { perKey, maxWaiting } = change;
  const all = changedBounds(place, bounds.all, change);
  if (perKey !== undefined && perKey !== null) checkOptions(`${place}: perKey`, perKey, boundNames);
  const forKey =
    perKey === undefined
      ? bounds.perKey
      : perKey === null
        ? UNBOUNDED
        : changedBounds(`${place}: perKey`, bounds.perKey, perKey);
  if (maxWaiting !== undefined && maxWaiting !== null)
    checkCount(`${place}: maxWaiting`, maxWaiting, { min: 0, orInfinity: true });
  bounds.all = all;
  bounds.perKey = forKey;
  if (maxWaiting !== undefined) bounds.maxWaiting = maxWaiting ?? Infinity;
}

/** @throws TypeError for an unknown or invalid bound */
export function changeKeyBounds(bounds: LimiterBounds, key: unknown, change: LimitChange): void {
  const place = 'Limiter.key.set';
  checkOptions(place, change, boundNames);
  const changed = changedBounds(place, bounds.byKey.get(key) ?? UNBOUNDED, change);
  if (changed.concurrency === undefined && changed.rates === undefined) bounds.byKey.delete(key);
  else bounds.byKey.set(key, changed);
}

/** @throws TypeError if it is neither a time in ms nor a date */
export function checkDuration(caller: string, duration: unknown): void {
  const ms = duration instanceof Date ? Math.abs(duration.getTime()) : duration;
  if (!(typeof ms === 'number' && ms >= 0))
    throw invalidOption(`${caller}: its argument`, 'a number of ms, 0 or more, or a Date', duration);
}
