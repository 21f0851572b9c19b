/**
 * The delay before the next attempt: a base delay that grows by a named back-off, is spread by jitter, and gives way to a
 * time that the failed service has named.
 */
import { invalidOption } from '../core/describe';
import { checkDelay, checkFunction, checkOneOf } from '../core/option-values';
import { checkOptions } from '../core/options';
import { LONGEST_DELAY } from '../core/platform';

/** How the delay grows: not at all, by the same number of ms, or by the same factor after each attempt. */
export type BackoffKind = 'constant' | 'linear' | 'exponential';

export interface BackoffConfig {
  readonly kind: BackoffKind;
  /**
   * Growth after each attempt: a multiple of `delay` that is added (linear), or by which the delay is multiplied
   * (exponential).
   *
   * @defaultValue `1` if linear, `2` if exponential
   */
  readonly factor?: number;
  /**
   * Longest delay, in ms.
   *
   * @defaultValue `30_000`, or the `delay` if that is longer
   */
  readonly max?: number;
}

/**
 * How chance changes a delay, so that callers that failed together do not come back together: `full` takes any part of
 * it, `equal` at least half of it. `decorrelated` takes a delay between `delay` and three times the delay before, up to `max`,
 * in place of the growth by the back-off.
 */
export type JitterKind = 'none' | 'full' | 'equal' | 'decorrelated';

export interface RetryDelayConfig {
  /**
   * Delay after a failure, in ms of the scheduler's clock: a number, or a function of the attempt and its error. With a
   * `backoff` it is the delay after the first failure.
   *
   * @defaultValue `0`, or `100` with a `backoff`
   */
  readonly delay?: number | ((attempt: number, error: unknown) => number);
  /**
   * How the delay grows from attempt to attempt: a kind, or a kind with its `factor` and `max`. A `delay` that is a
   * function computes its growth itself.
   *
   * @defaultValue `'constant'`
   */
  readonly backoff?: BackoffKind | BackoffConfig;
  /**
   * How chance changes the delay.
   *
   * @defaultValue `'none'`
   */
  readonly jitter?: JitterKind;
  /**
   * Source of chance: returns a number from 0 to 1, as a seeded generator does in a test.
   *
   * @defaultValue `Math.random`
   */
  readonly random?: () => number;
  /**
   * The time that the failed service asks for, such as the `Retry-After` of a response: ms, a date on the scheduler's clock,
   * or `undefined` or `null` where it names none. It takes the place of the delay, without jitter, and a longer one than `max` is kept
   * to. The attempt counts as all others.
   *
   * @defaultValue `() => undefined`
   */
  readonly retryAfter?: (error: unknown) => number | Date | null | undefined;
}

/** The delay in ms after a failed attempt; `now` is the time of the scheduler in ms. */
type DelayAfter = (attempt: number, error: unknown, now: number) => number;

const DEFAULT_MAX = 30_000;
const DEFAULT_FACTORS: Readonly<Record<BackoffKind, number>> = { constant: 1, linear: 1, exponential: 2 };

/**
 * Returns a function that opens the delays of one call, because a decorrelated delay depends on the one before.
 *
 * @throws TypeError if an option is invalid. The delays throw a TypeError where a function of the config returns a wrong
 * value.
 */
export function retryDelays(caller: string, config: RetryDelayConfig): () => DelayAfter {
  const { jitter = 'none', random = Math.random, retryAfter } = config;
  const { delay = config.backoff === undefined ? 0 : 100 } = config;
  if (typeof delay !== 'function') checkDelay(`${caller}: delay`, delay, ', or a function that returns one');
  else if (config.backoff !== undefined) {
    throw new TypeError(
      `${caller}: expected \`delay\` to be a number where \`backoff\` is set; got a function. A function computes the growth itself.`,
    );
  }
  const isBounded = config.backoff !== undefined || jitter === 'decorrelated';
  const longest = isBounded ? Math.max(DEFAULT_MAX, typeof delay === 'function' ? 0 : delay) : LONGEST_DELAY;
  const backoff = checkedBackoff(caller, config.backoff, longest);
  checkOneOf(`${caller}: jitter`, jitter, ['none', 'full', 'equal', 'decorrelated'] satisfies JitterKind[]);
  checkFunction(`${caller}: random`, random, 'a function that returns a number from 0 to 1');
  if (retryAfter !== undefined) {
    checkFunction(`${caller}: retryAfter`, retryAfter, 'a function of the error that returns ms, a Date or nothing');
  }

  const chance = (): number => {
    const part = random();
    if (typeof part === 'number' && part >= 0 && part <= 1) return part;
    throw invalidOption(`${caller}: the result of \`random\``, 'a number from 0 to 1', part);
  };
  const baseDelay = (attempt: number, error: unknown): number => {
    if (typeof delay !== 'function') return grown(delay, attempt, backoff);
    const ms = delay(attempt, error);
    checkDelay(`${caller}: the result of \`delay\``, ms);
    return ms;
  };
  return () => {
    let previous: number | undefined;
    return (attempt, error, now) => {
      const asked = askedDelay(caller, { asked: retryAfter?.(error), error, now });
      if (asked !== undefined) return asked;
      const ms = baseDelay(attempt, error);
      switch (jitter) {
        case 'none':
          return ms;
        case 'full':
          return chance() * ms;
        case 'equal':
          return ms / 2 + (chance() * ms) / 2;
        case 'decorrelated': {
          const first = typeof delay === 'function' ? ms : delay;
          previous = Math.min(backoff.max, first + chance() * (3 * (previous ?? first) - first));
          return previous;
        }
      }
    };
  };
}

function checkedBackoff(
  caller: string,
  backoff: RetryDelayConfig['backoff'] = 'constant',
  defaultMax: number,
): Required<BackoffConfig> {
  const kinds = Object.keys(DEFAULT_FACTORS);
  if (typeof backoff !== 'object') {
    checkOneOf(`${caller}: backoff`, backoff, kinds);
    return { kind: backoff, factor: DEFAULT_FACTORS[backoff], max: defaultMax };
  }
  checkOptions(`${caller}: backoff`, backoff, ['kind', 'factor', 'max']);
  checkOneOf(`${caller}: backoff.kind`, backoff.kind, kinds);
  const { kind, factor = DEFAULT_FACTORS[kind], max = defaultMax } = backoff;
  if (typeof factor !== 'number' || !(factor >= 0 && factor < Infinity)) {
    throw invalidOption(`${caller}: backoff.factor`, 'a number, 0 or more', factor);
  }
  checkDelay(`${caller}: backoff.max`, max);
  return { kind, factor, max };
}

function grown(delay: number, attempt: number, { kind, factor, max }: Required<BackoffConfig>): number {
  switch (kind) {
    case 'constant':
      return Math.min(max, delay);
    case 'linear':
      return Math.min(max, delay * (1 + (attempt - 1) * factor));
    case 'exponential':
      // 0 times Infinity is NaN: a delay of 0 stays 0, however often it is doubled.
      return delay === 0 ? 0 : Math.min(max, delay * factor ** (attempt - 1));
  }
}

/** The ms that the service asks for; 0 for a date that has passed. */
function askedDelay(
  caller: string,
  { asked, error, now }: { readonly asked: unknown; readonly error: unknown; readonly now: number },
): number | undefined {
  if (asked === undefined || asked === null) return undefined;
  const ms = isDate(asked) ? Math.max(0, asked.getTime() - now) : asked;
  if (typeof ms === 'number' && ms >= 0 && ms < Infinity) return ms;
  const mustBe = 'a number of ms, 0 or more, a valid Date, or nothing';
  // The failure of the attempt stays known.
  throw Object.assign(invalidOption(`${caller}: the result of \`retryAfter\``, mustBe, asked), { cause: error });
}

/** Whether the value is a date, also of another realm. */
const isDate = (value: unknown): value is Date => Object.prototype.toString.call(value) === '[object Date]';
