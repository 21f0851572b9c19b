/**
 * The value of an option or argument is checked where it is passed. A wrong value throws a TypeError with the option, what
 * it must be, and the value. `place` names the function and the option, as for `invalidOption`.
 */
import type { SchedulerLike } from 'rxjs';
import { invalidOption } from './describe';
import { LONGEST_DELAY } from './platform';

export function checkFlag(place: string, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') throw invalidOption(place, 'true or false', value);
}

export function checkString(place: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw invalidOption(place, 'a string', value);
}

export function checkOneOf(place: string, value: unknown, choices: readonly string[]): void {
  if (choices.some((choice) => choice === value)) return;
  const quoted = choices.map((choice) => `'${choice}'`);
  throw invalidOption(place, [quoted.slice(0, -1).join(', '), quoted.at(-1)].join(' or '), value);
}

export function checkFunction(
  place: string,
  value: unknown,
  mustBe = 'a function',
): asserts value is (...args: never) => unknown {
  if (typeof value !== 'function') throw invalidOption(place, mustBe, value);
}

export function checkArray(place: string, value: unknown, mustBe = 'an array'): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) throw invalidOption(place, mustBe, value);
}

interface CountRange {
  readonly min: number;
  readonly unit?: string;
  /** Whether `Infinity` is valid too. */
  readonly orInfinity?: boolean;
}

export function checkCount(
  place: string,
  value: unknown,
  { min, unit, orInfinity = false }: CountRange,
): asserts value is number {
  if (orInfinity && value === Infinity) return;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min) return;
  const what = unit === undefined ? 'a whole number' : `a whole number of ${unit}`;
  throw invalidOption(place, `${what}, ${String(min)} or more${orInfinity ? ', or Infinity' : ''}`, value);
}

/** @param alternative what else the option may be, appended to the error message: `', or a function that returns one'` */
export function checkMs(place: string, value: unknown, alternative = ''): asserts value is number {
  if (typeof value === 'number' && value >= 0) return;
  throw invalidOption(place, `a number of ms, 0 or more${alternative}`, value);
}

/**
 * Checks the delay of a single timer, which may not be longer than `LONGEST_DELAY`.
 *
 * @param alternative as in `checkMs`
 */
export function checkDelay(place: string, value: unknown, alternative = ''): asserts value is number {
  if (typeof value === 'number' && value >= 0 && value <= LONGEST_DELAY) return;
  throw invalidOption(place, `a number of ms from 0 to ${String(LONGEST_DELAY)}${alternative}`, value);
}

/** Checks the members of the signal: a signal of another realm is not an instance of the class of this realm. */
export function checkSignal(place: string, value: unknown): asserts value is AbortSignal {
  // Cast: every member may be missing, because it is checked.
  const signal = value as Partial<AbortSignal> | null | undefined;
  if (typeof signal?.addEventListener === 'function' && typeof signal.aborted === 'boolean') return;
  throw invalidOption(place, 'an AbortSignal', value);
}

export function checkScheduler(place: string, value: unknown): asserts value is SchedulerLike {
  // Cast: every member may be missing, because it is checked.
  const scheduler = value as Partial<SchedulerLike> | null | undefined;
  if (typeof scheduler?.schedule === 'function' && typeof scheduler.now === 'function') return;
  throw invalidOption(place, 'an RxJS scheduler', value);
}

/** Whether the value has such a method. Never throws for `null`, `undefined` or another primitive value. */
export function hasMethod<N extends PropertyKey>(value: unknown, name: N): value is Record<N, () => unknown> {
  return typeof (Object(value) as Partial<Record<N, unknown>>)[name] === 'function'; // Cast: the member may be missing.
}
