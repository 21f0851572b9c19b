/** Inspection of an error: its classes, its name and message, and which of its properties are serialized. */
import { constructorName, describeSafely } from './describe-value';
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

const MAX_CLASSES = 20;

/** True for an error of any realm. A class may define a tag of its own, so the names of the superclasses count as well. */
export const isErrorLike = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  (arrayIncludes(
    ERROR_TAGS,
    attemptOr(() => objectTag(value), ''),
  ) ||
    arrayIncludes(classesOf(value), 'Error'));

/** Fields that an error may inherit, as from a getter of its class. */
export const INHERITABLE_FIELDS = ['cause', 'errors', 'code'];
export const STANDARD_FIELDS = ['name', 'message', 'stack', 'cause', 'errors', 'code'];
/** Whether an error has or inherits a field; fields that user code has added to all objects do not count. */
export const hasField = (error: object, key: string): boolean =>
  hasOwn(error, key) || (reflectHas(error, key) && !hasOwn(objectPrototype, key));

const ERROR_TAGS = ['[object Error]', '[object DOMException]'];

/** Returns the names of the class and the superclasses of an error, nearest first. */
export function classesOf(error: object): string[] {
  const names: string[] = [];
  attempt(() => {
    let prototype = prototypeOf(error);
    for (let count = 0; prototype !== null && count < MAX_CLASSES; count++) {
      const name = constructorName(prototype);
      if (name !== undefined && name !== 'Object') arrayPush(names, name);
      prototype = prototypeOf(prototype);
    }
  });
  return names;
}

/**
 * Replaces a message by its shortened form in a stack. A stack begins with the message: with a long one, it would be
 * cut before its first frame.
 */
export function replaceMessage(stack: string, message: string, short: string): string {
  if (message === short) return stack;
  const at = stringIndexOf(stack, message);
  return at < 0 ? stack : stringSlice(stack, 0, at) + short + stringSlice(stack, at + message.length);
}

/** Whether a property that is not enumerable holds data: neither a function nor a symbol, nor a getter. */
export const isHiddenData = (error: object, key: string): boolean => {
  const descriptor = descriptorOf(error, key);
  if (!descriptor || !hasOwn(descriptor, 'value')) return false;
  return !arrayIncludes(['function', 'symbol'], typeof descriptor.value);
};

/** Returns the name or message of an error, or a text about why it cannot be read; undefined if the error has none. */
export function readText(error: object, key: string): string | undefined {
  const read = attempt(() => reflectGet(error, key));
  if ('thrown' in read) return `[its ${key} is a getter that throws ${describeSafely(read.thrown)}]`;
  return typeof read.value === 'string' || read.value === undefined ? read.value : describeSafely(read.value);
}
