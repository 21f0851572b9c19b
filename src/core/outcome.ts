/**
 * An outcome is either a value or an error. `isError` distinguishes the two, since a value may be `undefined` and an error
 * may be any thrown value.
 */
export type Settlement<T> =
  { readonly isError: false; readonly value: T } | { readonly isError: true; readonly error: unknown };

export const success = <T>(value: T): Settlement<T> => ({ isError: false, value });
export const failure = (error: unknown): Settlement<never> => ({ isError: true, error });

/** Returns the value, or throws the error unchanged. */
export function unwrap<T>(outcome: Settlement<T>): T {
  if (outcome.isError) throw outcome.error;
  return outcome.value;
}
