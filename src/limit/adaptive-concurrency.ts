/**
 * Adaptive concurrency by additive increase and multiplicative decrease, the idea of TCP and of Netflix's
 * `concurrency-limits`. An overload is a failure, or a latency above a bound. A call that ran in an overload which the
 * concurrency has answered already does not lower it again.
 */
import { invalidOption } from '../core/describe';
import { checkFunction, checkMs } from '../core/option-values';
import { checkOptions } from '../core/options';
import { reportUnhandled } from '../core/rx';

export interface AdaptiveConfig {
  /**
   * Least concurrency.
   *
   * @defaultValue `1`
   */
  readonly min?: number;
  /** Greatest concurrency. */
  readonly max: number;
  /**
   * Time in ms from the start of a call to its end above which the call counts as an overload.
   *
   * @defaultValue `Infinity`: only failures count
   */
  readonly maxLatency?: number;
  /**
   * Whether a failure is a sign of overload. Other failures have no effect. A response that tells when to try again
   * calls for `pause` instead.
   *
   * @defaultValue every failure is one
   */
  readonly isOverload?: (error: unknown) => boolean;
  /**
   * Factor by which an overload lowers the concurrency, above 0 and below 1.
   *
   * @defaultValue `0.9`
   */
  readonly decrease?: number;
}

export interface AdaptiveOptions {
  readonly initial: number;
  readonly min: number;
  readonly max: number;
  readonly maxLatency: number;
  readonly isOverload: (error: unknown) => boolean;
  readonly decrease: number;
}

/** A call that has ended. Times in ms of the limiter's clock. */
export interface AdaptiveSample {
  readonly startedAt: number;
  readonly endedAt: number;
  /** Slots in use when the call started, its own included. */
  readonly slotsAtStart: number;
  /** The error of a failed call. */
  readonly failure: { readonly error: unknown } | undefined;
}

const optionNames: readonly string[] = Object.keys({
  min: true,
  max: true,
  maxLatency: true,
  isOverload: true,
  decrease: true,
} satisfies Record<keyof AdaptiveConfig, true>);

/**
 * @param concurrency the concurrency to begin with; `min` by default
 * @throws TypeError that names the first invalid or unknown option
 */
export function checkedAdaptive(config: AdaptiveConfig, concurrency: number | undefined): AdaptiveOptions {
  const place = 'Limiter: adaptive';
  checkOptions(place, config, optionNames);
  const { min = 1, max, maxLatency = Infinity, isOverload = () => true, decrease = 0.9 } = config;
  checkBound(`${place}: min`, min, 1);
  checkBound(`${place}: max`, max, min);
  checkMs(`${place}: maxLatency`, maxLatency);
  checkFunction(`${place}: isOverload`, isOverload, 'a function of an error that returns true or false');
  if (!(typeof decrease === 'number' && decrease > 0 && decrease < 1))
    throw invalidOption(`${place}: decrease`, 'a number above 0 and below 1', decrease);
  const initial = Math.min(max, Math.max(min, concurrency ?? min));
  return { initial, min, max, maxLatency, isOverload, decrease };
}

function checkBound(place: string, value: unknown, least: number): void {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return;
  throw invalidOption(place, `a whole number, ${String(least)} or more`, value);
}

export class AdaptiveConcurrency {
  #lastChangeAt = -Infinity;

  constructor(private readonly options: AdaptiveOptions) {}

  /** The concurrency after a call has ended. */
  next(concurrency: number, sample: AdaptiveSample): number {
    const { min, max, decrease } = this.options;
    const kind = this.#kindOf(sample);
    // A call that started before the last change tells nothing of the present concurrency: one change in a round trip.
    if (kind === 'none' || sample.startedAt < this.#lastChangeAt) return concurrency;
    const isUsed = sample.slotsAtStart * 2 >= concurrency;
    const next =
      kind === 'overload'
        ? Math.max(min, Math.min(concurrency - 1, Math.floor(concurrency * decrease)))
        : isUsed
          ? Math.min(max, concurrency + 1)
          : concurrency;
    if (next !== concurrency) this.#lastChangeAt = sample.endedAt;
    return next;
  }

  #kindOf({ startedAt, endedAt, failure }: AdaptiveSample): 'overload' | 'success' | 'none' {
    if (failure) return this.#isOverload(failure.error) ? 'overload' : 'none';
    return endedAt - startedAt > this.options.maxLatency ? 'overload' : 'success';
  }

  /** An error of the user's function must not keep the limiter from going on. */
  #isOverload(failure: unknown): boolean {
    try {
      return this.options.isOverload(failure);
    } catch (error) {
      reportUnhandled(error);
      return false;
    }
  }
}
