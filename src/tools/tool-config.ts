/** The option `key` and the controls `clear` and `clearAll`, common to the tools that compare calls. */
import { checkFunction } from '../core/option-values';
import type { Future } from '../future/future';
import { checkTaskOrFunction } from './call-task';

/** The option that says which calls are equal. */
export interface KeyConfig<A extends readonly unknown[]> {
  /**
   * Computes the key of a call from its arguments: calls with the same key are equal. Without `key`, arguments are
   * compared one by one, as a `Map` compares its keys: `1` and `'1'` differ. Arguments after the last parameter of the
   * function do not count, such as the index that `Array#map` adds, unless the function has rest parameters or defaults,
   * or uses `arguments`. Such a function needs a `key`.
   *
   * @defaultValue the arguments themselves
   */
  readonly key?: (...args: KeyArguments<A>) => unknown;
}

/** The same type as `A`, but `A` is inferred from the function alone: a key may use fewer arguments. */
type KeyArguments<A> = A extends readonly unknown[] ? A : never;

/** Controls of a tool whose function is called with the arguments `A`. */
export interface ClearControls<A extends readonly unknown[]> {
  /**
   * Forgets the calls with these arguments. Waiters of a running call still get its result; the next call runs anew.
   *
   * @throws TypeError without arguments, or with `undefined` alone, if the function has a required parameter.
   */
  clear(...args: A): void;
  /** Forgets all calls. */
  clearAll(): void;
}

/**
 * The remaining parameters of a tool whose function is a task, or like one: it returns a future and has no members. A
 * tool that adds members to such a function keeps its type, and so its type parameters.
 */
export type ForTask<F extends (this: never, ...args: never) => unknown, Others extends readonly unknown[]> =
  ReturnType<F> extends Future<unknown>
    ? [keyof F | Exclude<keyof ReturnType<F>, keyof Future<unknown>>] extends [never]
      ? Others
      : [never]
    : [never];

/** @throws TypeError if `fn` is not a function. */
export function checkedFunction<F>(tool: string, fn: F): F {
  checkTaskOrFunction(`${tool}: its function`, fn);
  return fn;
}

/** @throws TypeError if `key` is neither a function nor undefined. */
export function checkedKey<A extends readonly unknown[]>(
  tool: string,
  { key }: KeyConfig<A>,
): ((...args: A) => unknown) | undefined {
  if (key !== undefined)
    checkFunction(`${tool}: key`, key, 'a function of the arguments that returns the key of a call');
  return key as ((...args: A) => unknown) | undefined; // Cast: the same parameters, because `KeyArguments<A>` is `A`.
}

/**
 * Guards `clear` against a key that is missing or `undefined` by mistake.
 *
 * @throws TypeError if `args` name no call although `fn` has a required parameter.
 */
export function checkClearArguments(
  tool: string,
  fn: (...args: never[]) => unknown,
  args: readonly unknown[],
  howToClearAll = 'clearAll()',
): void {
  if (fn.length === 0 || args.length > 1 || args[0] !== undefined) return;
  throw new TypeError(
    `${tool}: expected the arguments of \`clear\` to be those of a call; got ${args.length === 0 ? 'none' : 'undefined'}. ` +
      `Call ${howToClearAll} to forget all calls.`,
  );
}
