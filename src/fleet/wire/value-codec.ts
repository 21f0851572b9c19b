/**
 * Values travel as V8's serialization, the format of structured clone, with errors and Buffers as the records that a pool sends
 * between threads. A decoded object has a prototype of this process: the sender names no class but those of errors, and these
 * are looked up among the registered ones.
 */
import { deserialize, serialize } from 'node:v8';
import { decode } from '../../pool/wire/decode-value';
import { encode, type EncodedValue } from '../../pool/wire/encode-value';
import { deserializeError } from '../../pool/wire/error-deserializer';
import type { ErrorRecord } from '../../pool/wire/error-record';
import { serializeError } from '../../pool/wire/error-serializer';
import { transferErrorOf } from '../../pool/wire/transfer-error';

/** The first byte of an encoded value: whether it is the value itself, or a copy with records. */
const PLAIN = 0;
const WITH_RECORDS = 1;

/** The line of a stack that a pool writes between the frames of a thread and those of its caller. */
const WORKER_FRAMES = /\n\s+at worker thread \(called from\)/;

/**
 * @param title the name of the value, with which the path in an error message begins
 * @throws TransferError that names the part of the value that cannot be sent.
 */
export function encodeValue(task: string, title: string, value: unknown): Buffer {
  const encoding = encode(value);
  const unsent = { root: title, value, encoding };
  if (encoding?.refused) throw transferErrorOf(task, unsent);
  try {
    const hasRecords = encoding?.isEncoded === true;
    const data = serialize(hasRecords ? encoding.data : value);
    return Buffer.concat([Buffer.of(hasRecords ? WITH_RECORDS : PLAIN), data]);
  } catch (cause) {
    throw transferErrorOf(task, { ...unsent, cause });
  }
}

export function decodeValue(bytes: Uint8Array): unknown {
  const value: unknown = deserialize(bytes.subarray(1));
  return bytes[0] === WITH_RECORDS ? decode(value as EncodedValue) : value; // Cast: the first byte says so.
}

/** The encoded form of what a call threw, without the frames of the worker that made the call on its threads. */
export function encodeError(error: unknown): Buffer {
  const record = serializeError(error);
  if (record.kind === 'thrown' || record.stack === undefined) return serialize(record);
  return serialize({ ...record, stack: record.stack.split(WORKER_FRAMES, 1)[0] });
}

/** @param callerStack the stack of the code that made the call */
export const decodeError = (bytes: Uint8Array, callerStack?: string): Error =>
  deserializeError(deserialize(bytes) as ErrorRecord, callerStack);
