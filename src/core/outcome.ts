/**
 * How something ended: with a value, or with an error. One of the two, told apart by `isError`, since a value may be
 * `undefined` and an error may be anything that was thrown.
 */
export type Outcome<T> =
  { readonly isError: false; readonly value: T } | { readonly isError: true; readonly error: unknown };

export const success = <T>(value: T): Outcome<T> => ({ isError: false, value });
export const failure = (error: unknown): Outcome<never> => ({ isError: true, error });

/** The value; or the error, thrown as it came. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.isError) throw outcome.error;
  return outcome.value;
}
