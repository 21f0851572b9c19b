/** Which errors of a run are results. */
import { describe } from '../core/describe';

type ErrorClass<E extends Error = Error> = abstract new (...args: never[]) => E;

/** Errors that take their place among the results: of a class, of one of several, or those a predicate is true of. */
export type ReturnErrors = ErrorClass | readonly ErrorClass[] | ((error: unknown) => boolean);

/** What they are; of a predicate that does not tell, anything. */
export type ReturnedError<R extends ReturnErrors> =
  R extends ErrorClass<infer E>
    ? E
    : R extends readonly (infer C)[]
      ? InstanceOf<C>
      : R extends (error: unknown) => error is infer E
        ? E
        : unknown;

type InstanceOf<C> = C extends ErrorClass<infer E> ? E : never;

export type IsListed = (error: unknown) => boolean;

/** @throws TypeError if it is none of these. */
export function listed(returnErrors: ReturnErrors | undefined): IsListed {
  if (returnErrors === undefined) return () => false;
  const classes: readonly unknown[] = Array.isArray(returnErrors) ? returnErrors : [returnErrors];
  if (classes.every(isErrorClass)) return (error) => classes.some((one) => error instanceof one);
  if (typeof returnErrors === 'function' && !isClass(returnErrors)) return returnErrors as IsListed;
  throw new TypeError(
    `run: expected \`returnErrors\` to be an error class, an array of them, or a predicate; got ${describe(returnErrors)} ` +
      `(${typeof returnErrors}). Write returnErrors: NotFoundError, or (error) => error instanceof NotFoundError.`,
  );
}

const isErrorClass = (value: unknown): value is ErrorClass =>
  typeof value === 'function' && (value === Error || value.prototype instanceof Error);

const isClass = (value: object): boolean => /^class\b/.test(Function.prototype.toString.call(value));
