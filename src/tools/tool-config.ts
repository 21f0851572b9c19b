/** What tools that compare calls have in common: the option `key`. */
import { invalidOption } from '../core/describe';
import type { Future } from '../future/future';
import { checkFunction } from './call-task';

/** How calls are told apart. */
export interface KeyConfig<A extends readonly unknown[]> {
  /**
   * What makes two calls the same, made of their arguments (the arguments themselves, one by one, as a `Map` compares
   * its keys: `1` and `'1'` are two). Arguments after the last parameter of the function do not count, such as the index
   * that `Array#map` adds; unless it has rest parameters or defaults, or looks at `arguments`. Then give a `key`.
   */
  readonly key?: (...args: Given<A>) => unknown;
}

/** The same, but where the function itself says what `A` is: a key may do with fewer arguments. */
type Given<A> = A extends readonly unknown[] ? A : never;

/**
 * The other parameters of a tool where its function is a task, or like one: it returns a future and has no members of its
 * own. A tool that adds members to such a function keeps its type, and so its type parameters.
 */
export type ForTask<F extends (this: never, ...args: never) => unknown, Others extends readonly unknown[]> =
  ReturnType<F> extends Future<unknown>
    ? [keyof F | Exclude<keyof ReturnType<F>, keyof Future<unknown>>] extends [never]
      ? Others
      : [never]
    : [never];

/** @throws TypeError unless it is a function. */
export function checkedFunction<F>(tool: string, fn: F): F {
  checkFunction(`${tool}: its function`, fn);
  return fn;
}

/** @throws TypeError unless it is a function, or left out. */
export function checkedKey<A extends readonly unknown[]>(
  tool: string,
  { key }: KeyConfig<A>,
): ((...args: A) => unknown) | undefined {
  if (key !== undefined && typeof key !== 'function') {
    throw invalidOption(`${tool}: key`, 'a function of the arguments, giving what makes two calls the same', key);
  }
  return key as ((...args: A) => unknown) | undefined; // all that is given is an A
}
