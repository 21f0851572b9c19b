/**
 * An error record is a plain, cloneable description of a thrown value, made to be sent to another thread. Structured
 * clone alone drops the class, the code, the fields and `errors` of an error, makes `{}` of a DOMException, and refuses an
 * error that holds one function.
 *
 * `serializeError` never throws, and its record can always be cloned, whatever was thrown. A record is bounded in depth
 * and size. Parts that cannot be cloned are replaced by a text with their path. An object that occurs twice is
 * serialized once, and so becomes one object again; a cycle is cut.
 */
import { isErrorLike } from './error-inspection';
import { ValueSerializer } from './value-serializer';
import { attemptOr } from './intrinsics';

export type ErrorRecord = ErrorObjectRecord | ThrownValueRecord;

export interface ErrorObjectRecord {
  readonly kind: 'error';
  /** The names of its class and of the superclasses, nearest first. */
  readonly classes: readonly string[];
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly isSluice: boolean;
  /** All other properties, including `cause`, `errors` and `code`. */
  readonly fields: readonly FieldRecord[];
}

/** The record of a thrown value that is not an Error. */
export interface ThrownValueRecord {
  readonly kind: 'thrown';
  /** A description of the value. */
  readonly text: string;
  /** The value itself; undefined if it cannot be cloned. */
  readonly value: SerializedValue | undefined;
}

export interface FieldRecord {
  readonly key: string;
  readonly value: SerializedValue;
  /** Whether the property is not enumerable. */
  readonly isHidden: boolean;
}

/** A value with its containers taken apart, so that an error inside keeps its class. */
export type SerializedValue =
  | { readonly is: 'value'; readonly value: unknown }
  | ErrorObjectRecord
  | { readonly is: 'list' | 'set'; readonly items: readonly SerializedValue[] }
  | { readonly is: 'map'; readonly entries: readonly (readonly [SerializedValue, SerializedValue])[] }
  | { readonly is: 'object'; readonly entries: readonly (readonly [string, SerializedValue])[] };

export function serializeError(thrown: unknown): ErrorRecord {
  return attemptOr<ErrorRecord>(() => {
    const serializer = new ValueSerializer();
    return isErrorLike(thrown) ? serializer.error(thrown, '', 0) : serializer.thrown(thrown);
  }, FALLBACK);
}

const FALLBACK: ErrorRecord = {
  kind: 'error',
  classes: ['Error'],
  name: 'Error',
  message: 'A value was thrown that throws again when it is inspected.',
  stack: undefined,
  isSluice: false,
  fields: [],
};
