/**
 * Values travel as V8's serialization, the format of structured clone, with each error in them as the record that a pool
 * sends between threads. A decoded object has a prototype of this process: the sender names no class but those of errors,
 * and these are looked up among the registered ones.
 */
import { deserialize, serialize } from 'node:v8';
import type { ErrorRecord } from '../../pool/wire/error-record';
import { deserializeError } from '../../pool/wire/error-deserializer';
import { serializeError } from '../../pool/wire/error-serializer';
import { isMap, isSet } from '../../pool/wire/describe-value';
import { findUncloneable } from '../../pool/wire/find-uncloneable';
import { TransferError } from '../../pool/wire/pool-errors';

/** The first byte of an encoded value: whether errors in it are to be revived. */
const PLAIN = 0;
const WITH_ERRORS = 1;

/** The key of an object that stands for an error. */
const ERROR_KEY = '\u0000sluice.error';

/**
 * @param title the name of the value, with which the path in an error message begins
 * @throws TransferError that names the part of the value that cannot be sent.
 */
export function encodeValue(task: string, title: string, value: unknown): Buffer {
  try {
    const hasErrors = holdsError(value, new Set());
    const data = serialize(hasErrors ? replaceErrors(value, new Map()) : value);
    return Buffer.concat([Buffer.of(hasErrors ? WITH_ERRORS : PLAIN), data]);
  } catch (cause) {
    const found = findUncloneable(value, title) ?? { path: title, what: 'a value that cannot be serialized' };
    throw new TransferError(task, found.path, found.what, cause);
  }
}

export function decodeValue(bytes: Uint8Array): unknown {
  const value: unknown = deserialize(bytes.subarray(1));
  return bytes[0] === WITH_ERRORS ? reviveErrors(value, new Set()) : value;
}

/** The encoded form of what a call threw, without the frames of the worker that made the call on its threads. */
export function encodeError(error: unknown): Buffer {
  const record = serializeError(error);
  if (record.kind === 'thrown' || record.stack === undefined) return serialize(record);
  return serialize({ ...record, stack: record.stack.split(WORKER_FRAMES, 1)[0] });
}

/** The line of a stack that a pool writes between the frames of a thread and those of its caller. */
const WORKER_FRAMES = /\n\s+at worker thread \(called from\)/;

/** @param callerStack the stack of the code that made the call */
export const decodeError = (bytes: Uint8Array, callerStack?: string): Error =>
  deserializeError(deserialize(bytes) as ErrorRecord, callerStack);

type Container = unknown[] | Map<unknown, unknown> | Set<unknown> | Record<string, unknown>;

const isContainer = (value: unknown): value is Container => {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value) || isMap(value) || isSet(value)) return true;
  return Object.prototype.toString.call(value) === '[object Object]';
};

function* partsOf(container: Container): Generator {
  if (isMap(container)) yield* [...container.keys(), ...container.values()];
  else if (Array.isArray(container) || isSet(container)) yield* container;
  else yield* Object.values(container);
}

function holdsError(value: unknown, seen: Set<unknown>): boolean {
  const pending: unknown[] = [value];
  for (let next = pending.pop(); next !== undefined || pending.length > 0; next = pending.pop()) {
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    if (isError(next)) return true;
    if (isContainer(next)) for (const part of partsOf(next)) if (typeof part === 'object') pending.push(part);
  }
  return false;
}

const isError = (value: object): boolean =>
  value instanceof Error || Object.prototype.toString.call(value) === '[object Error]' || value instanceof DOMException;

/** A copy of the containers with a record in the place of each error. Everything else is shared with the original. */
function replaceErrors(value: unknown, copies: Map<unknown, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (copies.has(value)) return copies.get(value);
  if (isError(value)) {
    const marked = { [ERROR_KEY]: serializeError(value) };
    copies.set(value, marked);
    return marked;
  }
  if (!isContainer(value)) return value;
  const replaced = (part: unknown): unknown => replaceErrors(part, copies);
  if (Array.isArray(value))
    return fill<unknown[]>([], (copy) => value.forEach((part, index) => (copy[index] = replaced(part))));
  if (isMap(value))
    return fill(new Map(), (copy) => value.forEach((part, key) => copy.set(replaced(key), replaced(part))));
  if (isSet(value)) return fill(new Set(), (copy) => value.forEach((part) => copy.add(replaced(part))));
  return fill<Record<string, unknown>>({}, (copy) => {
    for (const [key, part] of Object.entries(value)) define(copy, key, replaced(part));
  });

  /** Registers the copy before it is filled, so that a cycle leads back to it. */
  function fill<C>(copy: C, fillIn: (copy: C) => unknown): C {
    copies.set(value, copy);
    fillIn(copy);
    return copy;
  }
}

/** Puts errors in the place of their records, within the decoded containers. */
function reviveErrors(value: unknown, seen: Set<unknown>): unknown {
  if (!isContainer(value)) return value;
  if (!Array.isArray(value) && !isMap(value) && !isSet(value) && Object.hasOwn(value, ERROR_KEY))
    return deserializeError(value[ERROR_KEY] as ErrorRecord);
  if (seen.has(value)) return value;
  seen.add(value);
  const revived = (part: unknown): unknown => reviveErrors(part, seen);
  if (Array.isArray(value)) value.forEach((part, index) => (value[index] = revived(part)));
  else if (isMap(value)) {
    const entries = [...value].map(([key, part]) => [revived(key), revived(part)] as const);
    value.clear();
    for (const [key, part] of entries) value.set(key, part);
  } else if (isSet(value)) {
    const parts = [...value].map(revived);
    value.clear();
    for (const part of parts) value.add(part);
  } else for (const [key, part] of Object.entries(value)) define(value, key, revived(part));
  return value;
}

/** Assigning to `__proto__` would set the prototype. */
const define = (object: object, key: string, value: unknown): void =>
  void Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
