/**
 * Descriptions of values for messages, and checks of what a value is. The checks rely on the internal slots of the
 * platform, never on what a value says about itself. Nothing here throws, whatever a Proxy or a getter does.
 */
import { describe } from '../../core/describe';
import {
  asString,
  attempt,
  attemptOr,
  bufferByteLength,
  charCodeAt,
  clone,
  dataViewBuffer,
  descriptorOf,
  hasOwn,
  isArray,
  mapSize,
  objectPrototype,
  objectTag,
  prototypeOf,
  setSize,
  stringIndexOf,
  stringSlice,
  typedArrayBuffer,
  typedArrayName,
} from './intrinsics';

/** In characters. */
const MAX_DESCRIPTION_LENGTH = 200;

/** Describes any value in a short text. */
export function describeSafely(value: unknown): string {
  const text = attemptOr<unknown>(() => describe(value), undefined);
  return typeof text === 'string' && text !== ''
    ? stringSlice(text, 0, MAX_DESCRIPTION_LENGTH)
    : `a value of type ${typeof value}`;
}

/** Describes a value that structured clone refuses by its kind instead of its contents. */
export function describeKind(value: unknown): string {
  if (typeof value === 'symbol') return attemptOr(() => `the ${asString(value)}`, 'a Symbol');
  if (typeof value === 'function') return describeFunction(value);
  if (typeof value !== 'object' || value === null) return describeSafely(value);
  if (isDetached(value)) return 'an ArrayBuffer that is detached';
  const name = className(value) ?? 'Object';
  if (name !== 'Object' && name !== 'Array') return `${article(name)} ${name}`;
  // An iterator, for example, has no class of its own but has a tag.
  const tag = stringSlice(
    attemptOr(() => objectTag(value), '[object Object]'),
    '[object '.length,
    -1,
  );
  return tag === 'Object' || tag === 'Array'
    ? 'a Proxy'
    : `${article(tag)} ${stringSlice(tag, 0, MAX_DESCRIPTION_LENGTH)}`;
}

function describeFunction(fn: object): string {
  const name = attemptOr(() => ownDataValue(fn, 'name'), undefined);
  return typeof name === 'string' && name !== ''
    ? `the function ${stringSlice(name, 0, MAX_DESCRIPTION_LENGTH)}`
    : 'a function without a name';
}

/** Returns the name of the class of an object; undefined if that would need code of the object to run. */
export function className(value: object): string | undefined {
  return attemptOr(() => {
    const prototype = prototypeOf(value);
    return prototype === null ? undefined : constructorName(prototype);
  }, undefined);
}

/** Returns the name of the class that has this prototype. */
export function constructorName(prototype: object): string | undefined {
  const constructor: unknown = ownDataValue(prototype, 'constructor');
  const name = typeof constructor === 'function' ? ownDataValue(constructor, 'name') : undefined;
  return typeof name === 'string' && name !== '' ? stringSlice(name, 0, MAX_DESCRIPTION_LENGTH) : undefined;
}

/** Appends a key to a path: `a` and `b` become `a.b`, `a` and `x-y` become `a["x-y"]`. */
export const appendKey = (path: string, key: string): string => {
  if (!isIdentifier(key)) return `${path}["${stringSlice(key, 0, MAX_DESCRIPTION_LENGTH)}"]`;
  return path === '' ? key : `${path}.${key}`;
};

export const isPlainObject = (value: object): boolean => {
  const prototype = prototypeOf(value);
  // A plain object of another realm has another Object.prototype, which has no prototype either.
  return (
    prototype === null ||
    prototype === objectPrototype ||
    (prototypeOf(prototype) === null && constructorName(prototype) === 'Object')
  );
};

/** A fast check of the most frequent objects: the checks below are slow where the platform throws. */
const isArrayOrPlain = (value: object): boolean => isArray(value) || prototypeOf(value) === objectPrototype;

export const isMap = (value: object): value is Map<unknown, unknown> =>
  attemptOr(() => !isArrayOrPlain(value) && mapSize(value) >= 0, false);
export const isSet = (value: object): value is Set<unknown> =>
  attemptOr(() => !isArrayOrPlain(value) && setSize(value) >= 0, false);

/** Whether an object has parts and loses no class when it is taken apart. */
export const isContainer = (value: object): boolean =>
  isArray(value) || isMap(value) || isSet(value) || isPlainObject(value);

/** Returns the memory of a buffer, or of a view on a buffer. */
export function bufferOf(value: object): ArrayBufferLike | undefined {
  return attemptOr(() => {
    if (isArrayOrPlain(value)) return undefined;
    if (typedArrayName(value) !== undefined) return typedArrayBuffer(value);
    const viewed = attemptOr<ArrayBufferLike | undefined>(() => dataViewBuffer(value), undefined);
    if (viewed) return viewed;
    bufferByteLength(value);
    return value as ArrayBuffer; // Cast: an ArrayBuffer, because `bufferByteLength` throws for all else.
  }, undefined);
}

const isDetached = (value: object): boolean => {
  const buffer = bufferOf(value);
  return buffer !== undefined && isUncloneable(buffer);
};

/** Whether structured clone refuses the value. */
export const isUncloneable = (value: unknown): boolean => 'thrown' in attempt(() => void clone(value));

/** Returns the value of an own property without running code: undefined for a getter. */
function ownDataValue(object: object, key: string): unknown {
  const descriptor = descriptorOf(object, key);
  return descriptor !== undefined && hasOwn(descriptor, 'value') ? descriptor.value : undefined;
}

/** `U` takes "a": it mostly begins URL or Uint8Array. */
export const article = (name: string): string => (stringIndexOf('AEIO', stringSlice(name, 0, 1)) < 0 ? 'a' : 'an');

const isIdentifier = (key: string): boolean => {
  if (key.length === 0 || key.length > MAX_DESCRIPTION_LENGTH) return false;
  for (let index = 0; index < key.length; index++) {
    const code = charCodeAt(key, index);
    const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code === 36;
    if (!isLetter && !(index > 0 && code >= 48 && code <= 57)) return false;
  }
  return true;
};
