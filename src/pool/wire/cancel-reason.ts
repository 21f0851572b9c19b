/**
 * A cancel reason is the value that a caller has given to `cancel` or `abort`. It is sent to the thread of the task, so that
 * the task finds it in the reason of its signal: an error as an error, and a value that cannot be sent as a text.
 */
import { isCancellation } from '../../core/errors';
import { deserializeThrown } from './error-deserializer';
import type { ErrorRecord } from './error-record';
import { serializeError } from './error-serializer';

/** A cancellation that a scope passes on holds the reason; the task gets a cancellation of its own. */
export const serializeCancelReason = (reason: unknown): ErrorRecord =>
  serializeError(isCancellation(reason) ? (reason as { readonly reason?: unknown }).reason : reason);

export const deserializeCancelReason = (record: ErrorRecord): unknown =>
  record.kind === 'thrown' && !record.value ? record.text : deserializeThrown(record);
