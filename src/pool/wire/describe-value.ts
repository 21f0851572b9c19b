/**
 * What a value is, told by the platform's own marks, never by what it says of itself; and the words for that. Nothing here
 * throws, whatever a Proxy or a getter does.
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

const LONGEST_WORDS = 200;

/** Any value in words, which are short; never throws. */
export function inWords(value: unknown): string {
  const words = attemptOr<unknown>(() => describe(value), undefined);
  return typeof words === 'string' && words !== ''
    ? stringSlice(words, 0, LONGEST_WORDS)
    : `a value of type ${typeof value}`;
}

/** What structured clone refuses, in words that tell its kind rather than its contents. */
export function kindOf(value: unknown): string {
  if (typeof value === 'symbol') return attemptOr(() => `the ${asString(value)}`, 'a Symbol');
  if (typeof value === 'function') return functionInWords(value);
  if (typeof value !== 'object' || value === null) return inWords(value);
  if (isDetached(value)) return 'an ArrayBuffer that is detached';
  const name = className(value) ?? 'Object';
  if (name !== 'Object' && name !== 'Array') return `${article(name)} ${name}`;
  // What has no class of its own, as an iterator, still has a tag.
  const tag = stringSlice(
    attemptOr(() => objectTag(value), '[object Object]'),
    '[object '.length,
    -1,
  );
  return tag === 'Object' || tag === 'Array' ? 'a Proxy' : `${article(tag)} ${stringSlice(tag, 0, LONGEST_WORDS)}`;
}

function functionInWords(fn: object): string {
  const name = attemptOr(() => dataOf(fn, 'name'), undefined);
  return typeof name === 'string' && name !== ''
    ? `the function ${stringSlice(name, 0, LONGEST_WORDS)}`
    : 'a function without a name';
}

/** The name of the class of an object, if it can be learnt without running code of its own. */
export function className(value: object): string | undefined {
  return attemptOr(() => {
    const prototype = prototypeOf(value);
    return prototype === null ? undefined : constructorName(prototype);
  }, undefined);
}

/** The name of the class that a prototype is of. */
export function constructorName(prototype: object): string | undefined {
  const made: unknown = dataOf(prototype, 'constructor');
  const name = typeof made === 'function' ? dataOf(made, 'name') : undefined;
  return typeof name === 'string' && name !== '' ? stringSlice(name, 0, LONGEST_WORDS) : undefined;
}

/** How a path goes on with a key. */
export const stepTo = (path: string, key: string): string => {
  if (!isIdentifier(key)) return `${path}["${stringSlice(key, 0, LONGEST_WORDS)}"]`;
  return path === '' ? key : `${path}.${key}`;
};

export const isPlain = (value: object): boolean => {
  const prototype = prototypeOf(value);
  // That of another realm is as plain: nothing stands above it.
  return (
    prototype === null ||
    prototype === objectPrototype ||
    (prototypeOf(prototype) === null && constructorName(prototype) === 'Object')
  );
};

/** To be refused by the platform is slow; that the most usual objects are no more than that is plain to see. */
const isBare = (value: object): boolean => isArray(value) || prototypeOf(value) === objectPrototype;

export const isMap = (value: object): value is Map<unknown, unknown> =>
  attemptOr(() => !isBare(value) && mapSize(value) >= 0, false);
export const isSet = (value: object): value is Set<unknown> =>
  attemptOr(() => !isBare(value) && setSize(value) >= 0, false);

/** What has parts, and no class that it would lose. */
export const isBranch = (value: object): boolean => isArray(value) || isMap(value) || isSet(value) || isPlain(value);

/** The memory of a buffer or of a view on one. */
export function bufferOf(value: object): ArrayBufferLike | undefined {
  return attemptOr(() => {
    if (isBare(value)) return undefined;
    if (typedArrayName(value) !== undefined) return typedArrayBuffer(value);
    const viewed = attemptOr<ArrayBufferLike | undefined>(() => dataViewBuffer(value), undefined);
    if (viewed) return viewed;
    bufferByteLength(value);
    return value as ArrayBuffer; // Only a buffer has a length in bytes.
  }, undefined);
}

const isDetached = (value: object): boolean => {
  const buffer = bufferOf(value);
  return buffer !== undefined && isRefused(buffer);
};

/** Whether structured clone does not take it. */
export const isRefused = (value: unknown): boolean => 'fault' in attempt(() => void clone(value));

/** An own property that runs no code: a getter has no data. */
function dataOf(object: object, key: string): unknown {
  const descriptor = descriptorOf(object, key);
  return descriptor !== undefined && hasOwn(descriptor, 'value') ? descriptor.value : undefined;
}

/** `U` is mostly that of URL and Uint8Array. */
export const article = (name: string): string => (stringIndexOf('AEIO', stringSlice(name, 0, 1)) < 0 ? 'a' : 'an');

const isIdentifier = (key: string): boolean => {
  for (let index = 0; index < key.length; index++) {
    const code = charCodeAt(key, index);
    const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code === 36;
    if (!isLetter && !(index > 0 && code >= 48 && code <= 57)) return false;
  }
  return key.length > 0 && key.length <= LONGEST_WORDS;
};
