/**
 * What an error is made of, seen from outside: its classes, and which of its properties are worth taking along.
 */
import { constructorName, inWords } from './describe-value';
import {
  arrayIncludes,
  arrayPush,
  attempt,
  attemptOr,
  descriptorOf,
  hasOwn,
  objectPrototype,
  objectTag,
  prototypeOf,
  reflectGet,
  reflectHas,
  stringIndexOf,
  stringSlice,
} from './intrinsics';

const MOST_CLASSES = 20;

/** An error of any realm; by its tag or, since a class may have a tag of its own, by its ancestors. */
export const isErrorLike = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  (arrayIncludes(
    ERROR_TAGS,
    attemptOr(() => objectTag(value), ''),
  ) ||
    arrayIncludes(classesOf(value), 'Error'));

/** They are looked for on its prototypes, too, but what somebody put on all objects is none of its own. */
export const TELLING = ['cause', 'errors', 'code'];
export const KNOWN = ['name', 'message', 'stack', 'cause', 'errors', 'code'];
export const has = (error: object, key: string): boolean =>
  hasOwn(error, key) || (reflectHas(error, key) && !hasOwn(objectPrototype, key));

const ERROR_TAGS = ['[object Error]', '[object DOMException]'];

export function classesOf(error: object): string[] {
  const names: string[] = [];
  attempt(() => {
    let prototype = prototypeOf(error);
    for (let count = 0; prototype !== null && count < MOST_CLASSES; count++) {
      const name = constructorName(prototype);
      if (name !== undefined && name !== 'Object') arrayPush(names, name);
      prototype = prototypeOf(prototype);
    }
  });
  return names;
}

/** The stack begins with the message, and would be cut with it before it came to its first line. */
export function replaced(stack: string, message: string, short: string): string {
  if (message === short) return stack;
  const at = stringIndexOf(stack, message);
  return at < 0 ? stack : stringSlice(stack, 0, at) + short + stringSlice(stack, at + message.length);
}

export const isHiddenData = (error: object, key: string): boolean => {
  const descriptor = descriptorOf(error, key);
  if (!descriptor || !hasOwn(descriptor, 'value')) return false;
  const value: unknown = descriptor.value;
  return value === null || !arrayIncludes(['object', 'function', 'symbol'], typeof value);
};

/** Its name or message, or what is wrong with it; undefined if it has none. */
export function textOf(error: object, key: string): string | undefined {
  const read = attempt(() => reflectGet(error, key));
  if ('fault' in read) return `[its ${key} is a getter that throws ${inWords(read.fault)}]`;
  return typeof read.value === 'string' || read.value === undefined ? read.value : inWords(read.value);
}
