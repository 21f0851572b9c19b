/**
 * An outcome is either a value or an error. `isError` distinguishes the two, since a value may be `undefined` and an error
 * may be any thrown value.
 */
export type Outcome<T> =
  { readonly isError: false; readonly value: T } | { readonly isError: true; readonly error: unknown };

export const success = <T>(value: T): Outcome<T> => ({ isError: false, value });
export const failure = (error: unknown): Outcome<never> => ({ isError: true, error });

/** Returns the value, or throws the error unchanged. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.isError) throw outcome.error;
  return outcome.value;
}
