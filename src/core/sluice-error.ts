/**
 * What all errors of sluice have in common: a stable `code`, a message in three parts, and a brand. `isSluiceError` knows
 * them by it across bundles and realms, where `instanceof` does not.
 */
/** @internal */
export const brand = Symbol.for('sluice.error');

/** What an error message is made of: one sentence each. */
export interface Lesson {
  readonly what: string;
  readonly why: string;
  readonly how: string;
  readonly cause?: unknown;
}

export class SluiceError extends Error {
  /** A field of its own, which can be set also where somebody has frozen that of all errors. */
  override readonly name: string;
  readonly code: `SLUICE_${string}`;
  readonly [brand] = true;

  constructor(code: `SLUICE_${string}`, { what, why, how, ...options }: Lesson) {
    super(`${what} ${why} ${how}`, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/**
 * Tells an error of sluice from any other, whichever copy of the library made it.
 *
 * @example
 * isSluiceError(new Error('mine')); // false
 */
export const isSluiceError = (error: unknown): error is SluiceError =>
  typeof error === 'object' && error !== null && brand in error;

/** Whether it is an `Error`, of this realm or another. */
export const isError = (value: unknown): value is Error =>
  value instanceof Error ||
  (typeof value === 'object' &&
    value !== null &&
    'stack' in value &&
    Object.prototype.toString.call(value) === '[object Error]');

const written = new WeakSet<object>();

/** Marks an error of another class whose message is written here, and may quote keys and values. */
export function quoting<E extends Error>(error: E): E {
  written.add(error);
  return error;
}

/** What an error is, without its message, if that was written here and may quote keys; undefined for any other. */
export function kindOfOwn(error: unknown): string | undefined {
  if (isSluiceError(error)) return `${error.name} (${error.code})`;
  return error instanceof Error && written.has(error) ? error.name : undefined;
}
