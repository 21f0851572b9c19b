/** The options of one call of a limiter. */
import { invalidOption } from '../core/describe';
import { checkString } from '../core/option-values';
import { checkOptions } from '../core/options';
import { printable } from '../core/printable';

/** The options of one call of a limiter. */
export interface LimitedCall {
  /**
   * What the call takes from each rate, and from `concurrency` while it runs.
   *
   * @defaultValue `1`
   */
  readonly cost?: number;
  /**
   * What the call takes from `concurrency` while it runs, where that differs from its cost.
   *
   * @defaultValue `cost`
   */
  readonly slots?: number;
  /**
   * Calls of one key with a higher priority start first, and calls of one priority in the order of their arrival. A
   * priority has no effect on the turns of other keys.
   *
   * @defaultValue `0`
   */
  readonly priority?: number;
  /** Name of the call in events and messages. */
  readonly name?: string;
}

/** A checked call. */
export interface CallOptions {
  readonly cost: number;
  readonly slots: number;
  readonly priority: number;
  readonly name: string | undefined;
}

const DEFAULT_CALL: CallOptions = { cost: 1, slots: 1, priority: 0, name: undefined };

export const callNames: readonly string[] = Object.keys({
  cost: true,
  slots: true,
  priority: true,
  name: true,
} satisfies Record<keyof LimitedCall, true>);

/**
 * @param caller the function in messages: `Limiter.run`
 * @throws TypeError for an unknown or invalid option
 */
export function checkedCall(caller: string, call: LimitedCall | undefined): CallOptions {
  if (call === undefined) return DEFAULT_CALL;
  checkOptions(caller, call, callNames);
  const { cost = 1, slots = cost, priority = 0, name } = call;
  checkCost(`${caller}: cost`, cost);
  checkCost(`${caller}: slots`, slots);
  checkPriority(`${caller}: priority`, priority);
  if (name !== undefined) checkString(`${caller}: name`, name);
  return { cost, slots, priority, name: name === undefined ? undefined : printable(name) };
}

function checkCost(place: string, cost: unknown): void {
  if (!(typeof cost === 'number' && cost >= 0 && cost < Infinity))
    throw invalidOption(place, 'a finite number of 0 or more', cost);
}

export function checkPriority(place: string, priority: unknown): asserts priority is number {
  if (!(typeof priority === 'number' && Number.isFinite(priority)))
    throw invalidOption(place, 'a finite number', priority);
}
