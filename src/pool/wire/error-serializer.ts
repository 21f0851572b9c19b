/**
 * What was thrown in one thread, as a plain record for another. Structured clone alone drops the class, the code, the
 * fields and `errors` of an error, makes `{}` of a DOMException, and refuses an error for one function in it.
 *
 * To make a record never throws, and a record can always be cloned, whatever was thrown: it is bounded in depth and size,
 * and what cannot travel is there as text that says so, with its path. What is met twice is one record, and so one error
 * again after revival; a cycle is cut.
 */
import { isErrorLike } from './error-inspection';
import { ValueSerializer } from './value-serializer';
import { attemptOr } from './intrinsics';

export type ErrorRecord = RecordOfError | RecordOfThrown;

export interface RecordOfError {
  readonly kind: 'error';
  /** The names of its class and of those above it, nearest first. */
  readonly classes: readonly string[];
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly isSluice: boolean;
  /** All else it has, `cause`, `errors` and `code` among it. */
  readonly fields: readonly FieldRecord[];
}

/** Of what is no error. */
export interface RecordOfThrown {
  readonly kind: 'thrown';
  readonly text: string;
  /** It itself, if it can travel. */
  readonly value: Portable | undefined;
}

export interface FieldRecord {
  readonly key: string;
  readonly value: Portable;
  /** It is not enumerable. */
  readonly isHidden: boolean;
}

/** A value taken apart, so that an error in it stays one. */
export type Portable =
  | { readonly is: 'value'; readonly value: unknown }
  | RecordOfError
  | { readonly is: 'list' | 'set'; readonly items: readonly Portable[] }
  | { readonly is: 'map'; readonly entries: readonly (readonly [Portable, Portable])[] }
  | { readonly is: 'object'; readonly entries: readonly (readonly [string, Portable])[] };

export function serializeError(thrown: unknown): ErrorRecord {
  return attemptOr<ErrorRecord>(() => {
    const recorder = new ValueSerializer();
    return isErrorLike(thrown) ? recorder.error(thrown, '', 0) : recorder.thrown(thrown);
  }, LAST_RESORT);
}

const LAST_RESORT: ErrorRecord = {
  kind: 'error',
  classes: ['Error'],
  name: 'Error',
  message: 'Something was thrown that cannot even be looked at.',
  stack: undefined,
  isSluice: false,
  fields: [],
};
