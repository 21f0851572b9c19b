/**
 * Errors of sluice have a stable `code`, a message of three parts and a brand. By the brand, `isSluiceError` recognises them
 * across bundles and realms, where `instanceof` fails.
 */
/** @internal */
export const brand = Symbol.for('sluice.error');

/** The page with a section about each code. */
export const DOCS = 'https://sluice-js.github.io/sluice/errors#';

/** The three parts of an error message, one sentence each. */
export interface MessageParts {
  /** What happened, with the names involved. */
  readonly what: string;
  /** The reason. */
  readonly why: string;
  /** What to do. */
  readonly how: string;
  readonly cause?: unknown;
}

/** The base class of all errors of sluice, except for `ScopeError`, which is an `AggregateError`. */
export class SluiceError extends Error {
  /** Declared as a field, because assigning `name` fails where `Error.prototype` is frozen. */
  override readonly name: string;
  readonly code: `SLUICE_${string}`;
  /** The address of the section about this error in the documentation, which a printed error shows. */
  readonly docs: string;
  readonly [brand] = true;

  constructor(code: `SLUICE_${string}`, { what, why, how, ...options }: MessageParts) {
    super(`${what} ${why} ${how}`, options);
    this.name = nameOf(code);
    this.code = code;
    this.docs = DOCS + code;
  }
}

/** Bound when this file is loaded, because tasks may replace the methods of strings. */
// eslint-disable-next-line @typescript-eslint/unbound-method -- it is bound here
const lowerCase = Function.prototype.call.bind(String.prototype.toLowerCase) as (text: string) => string;

/**
 * The name of the class, which a minifier may have replaced: `SLUICE_QUEUE_FULL` belongs to `QueueFullError`. Errors are made
 * also on threads where a task has replaced the methods of strings.
 */
function nameOf(code: string): string {
  if (code === 'SLUICE_TIMEOUT') return 'TaskTimeoutError';
  let name = '';
  for (let index = 'SLUICE'.length; index < code.length; index++) {
    const letter = code[index] ?? '';
    if (letter !== '_') name += code[index - 1] === '_' ? letter : lowerCase(letter);
  }
  return `${name}Error`;
}

/**
 * Whether an error is an error of sluice, created by any copy of the library.
 *
 * @example
 * isSluiceError(new Error('mine')); // false
 */
export const isSluiceError = (error: unknown): error is SluiceError =>
  typeof error === 'object' && error !== null && brand in error;

/** Whether the value is an `Error` or a `DOMException` of any realm. */
export const isError = (value: unknown): value is Error =>
  value instanceof Error ||
  (typeof value === 'object' &&
    value !== null &&
    'stack' in value &&
    /^\[object (Error|DOMException)\]$/.test(Object.prototype.toString.call(value)));

const quotingErrors = new WeakSet<object>();

/** Marks an error, not a SluiceError, whose message was written by sluice and may quote keys and values. */
export function markQuotesValues<E extends Error>(error: E): E {
  quotingErrors.add(error);
  return error;
}

/** The name of an error whose message sluice wrote, for logs that must not contain keys; undefined for other errors. */
export function nameWithoutMessage(error: unknown): string | undefined {
  if (isSluiceError(error)) return `${error.name} (${error.code})`;
  return error instanceof Error && quotingErrors.has(error) ? error.name : undefined;
}
