/** What the options of all tools have in common: they come in an object, and none is misspelt. */
import { wrong } from '../core/describe';

/** How calls are told apart. */
export interface KeyConfig<A extends readonly unknown[]> {
  /**
   * What makes two calls the same, made of their arguments (the arguments themselves, one by one, as a `Map` compares
   * its keys: `1` and `'1'` are two).
   */
  readonly key?: (...args: Given<A>) => unknown;
}

/** The same, but where the function itself says what `A` is: a key may do with fewer arguments. */
type Given<A> = A extends readonly unknown[] ? A : never;

/** @throws TypeError if it is no object, or has an option that there is none of. */
export function checkOptions<Config extends object>(
  tool: string,
  config: Config,
  known: readonly (keyof Config & string)[],
): void {
  if (typeof config !== 'object' || (config as unknown) === null) {
    throw wrong(`${tool}: its config`, 'an object of options', config);
  }
  const names: readonly string[] = known;
  const stray = Object.keys(config).find((option) => !names.includes(option));
  if (stray === undefined) return;
  throw new TypeError(
    `${tool}: there is no option "${stray}". ` +
      (names.length === 1 ? `The option is ${names.join()}.` : `The options are ${names.join(', ')}.`),
  );
}

/** @throws TypeError unless it is a function, or left out. */
export function checkedKey<A extends readonly unknown[]>(
  tool: string,
  { key }: KeyConfig<A>,
): ((...args: A) => unknown) | undefined {
  if (key !== undefined && typeof key !== 'function') {
    throw wrong(`${tool}: key`, 'a function of the arguments, giving what makes two calls the same', key);
  }
  return key as ((...args: A) => unknown) | undefined; // all that is given is an A
}
