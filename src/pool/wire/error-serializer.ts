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
import type { ErrorRecord } from './error-record';
import { ValueSerializer } from './value-serializer';
import { attemptOr } from './intrinsics';

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
