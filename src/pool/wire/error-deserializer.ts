/**
 * `deserializeError` makes an error from the record that another thread has sent: an error of the same class, with all
 * fields, and with a stack that begins where the error was thrown and continues where the work was requested.
 *
 * No constructor runs, because its arguments are unknown.
 */
import { withoutLibraryFrames } from './caller-stack';
import { invalidOption } from '../../core/describe';
import * as coreErrors from '../../core/errors';
import { brand, SluiceError } from '../../core/sluice-error';
import type { ErrorRecord, SerializedValue, ErrorObjectRecord } from './error-record';
import { attemptOr } from './intrinsics';
import * as poolErrors from './pool-errors';
import { ThrownValueError } from './pool-errors';

/** A class of errors, with any constructor parameters. */
export type RegisteredErrorClass = abstract new (...args: never) => Error;

const BUILT_IN: readonly RegisteredErrorClass[] = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
];

const isErrorClass = (value: unknown): value is RegisteredErrorClass =>
  typeof value === 'function' && (value === Error || (value as { prototype?: unknown }).prototype instanceof Error);

/** The classes of the platform, by name. */
const platformClasses = new Map(BUILT_IN.map((Class) => [Class.name, Class]));
/** The classes of sluice, by name. Only an error with the brand of sluice is an instance of them. */
const sluiceClasses = new Map<string, RegisteredErrorClass>();
for (const Class of [SluiceError, ...Object.values({ ...coreErrors, ...poolErrors })]) {
  if (isErrorClass(Class)) sluiceClasses.set(Class.name, Class);
}

/** A class whose name is reserved. */
const builtInClass = (name: string): RegisteredErrorClass | undefined =>
  platformClasses.get(name) ?? sluiceClasses.get(name) ?? (name === 'DOMException' ? DOMException : undefined);

const registered = new Map<string, RegisteredErrorClass>();

/**
 * Registers an error class, so that errors of it that come from a worker are instances of it here: `instanceof` holds, and
 * its methods and getters work. An error of an unregistered class becomes an instance of its nearest registered
 * superclass, at last of `Error`; it keeps its name, message, code and fields.
 *
 * Classes are matched by name, because nothing else of a class can be sent. Register the class in the thread that receives
 * the errors. Its constructor does not run there, so its `#private` fields are missing. To register a class again does
 * nothing.
 *
 * @param Class a class that extends `Error` and has a name
 * @example
 * class NotFoundError extends Error {
 *   override readonly name = 'NotFoundError';
 *   constructor(readonly url: string) {
 *     super(`There is nothing at ${url}.`);
 *   }
 * }
 * registerError(NotFoundError);
 *
 * @throws TypeError if it is not an error class, has no name, or has the name of another class of errors.
 */
export function registerError(Class: RegisteredErrorClass): void {
  if (!isErrorClass(Class)) throw invalidOption('registerError: its class', 'a class that extends Error', Class);
  const { name } = Class;
  if (typeof name !== 'string' || name === '') {
    throw invalidOption(
      'registerError: its class',
      'a class with a name, because errors from a worker are matched by name',
      Class,
    );
  }
  const known = builtInClass(name) ?? registered.get(name);
  if (known !== undefined && known !== Class) {
    throw new TypeError(
      `registerError: another class with the name "${name}" is registered already. ` +
        'Errors from a worker are matched with their class by name. Rename one of the classes.',
    );
  }
  if (!builtInClass(name)) registered.set(name, Class);
}

/** @param callerStack the stack of the code that requested the work */
export function deserializeError(record: ErrorRecord, callerStack?: string): Error {
  try {
    return errorOf(record, callerStack);
  } catch (cause) {
    return unreadableError(cause);
  }
}

/** A task can damage the prototypes by which its thread makes the record. */
const unreadableError = (cause: unknown): Error =>
  new Error('A task has failed with an error whose record cannot be read.', { cause });

function errorOf(record: ErrorRecord, callerStack: string | undefined): Error {
  const error =
    record.kind === 'error'
      ? new ErrorDeserializer().error(record)
      : new ThrownValueError(record.text, record.value && { value: new ErrorDeserializer().value(record.value) });
  const wholeStack = stackOf(error);
  // In a worker, a task may have replaced the methods of strings.
  const stack = attemptOr(() => withoutLibraryFrames(wholeStack), wholeStack);
  setHidden(error, 'stack', callerStack === undefined ? stack : joinStacks(stack, callerStack));
  return error;
}

/** Restores a thrown value, or the reason of an abort: as it was, if it is not an error and could be sent. */
export function deserializeThrown(record: ErrorRecord): unknown {
  if (record.kind !== 'thrown' || !record.value) return deserializeError(record);
  try {
    return new ErrorDeserializer().value(record.value);
  } catch (cause) {
    return unreadableError(cause);
  }
}

class ErrorDeserializer {
  /** A record that occurs twice becomes one object. */
  readonly #done = new Map<SerializedValue, unknown>();

  error(record: ErrorObjectRecord): Error {
    const error = errorWithoutFields(record);
    this.#done.set(record, error);
    for (const { key, value, isHidden } of record.fields) {
      const fieldValue = this.value(value);
      // A DOMException, or a class with a getter for `code`, has it already.
      if (isHidden && key === 'code' && Reflect.get(error, key) === fieldValue) continue;
      define(error, key, fieldValue, !isHidden);
    }
    return error;
  }

  value(serialized: SerializedValue): unknown {
    if ('kind' in serialized) return this.#done.get(serialized) ?? this.error(serialized);
    if (serialized.is === 'value') return serialized.value;
    if (this.#done.has(serialized)) return this.#done.get(serialized);
    const value = this.#container(serialized);
    this.#done.set(serialized, value);
    return value;
  }

  #container(serialized: Exclude<SerializedValue, ErrorObjectRecord | { readonly is: 'value' }>): unknown {
    switch (serialized.is) {
      case 'list':
        return serialized.items.map((item) => this.value(item));
      case 'set':
        return new Set(serialized.items.map((item) => this.value(item)));
      case 'map':
        return new Map(serialized.entries.map(([key, item]) => [this.value(key), this.value(item)]));
      case 'object': {
        const object = {};
        for (const [key, item] of serialized.entries) define(object, key, this.value(item), true);
        return object;
      }
    }
  }
}

/** Makes an error of the nearest known class, without its fields. */
function errorWithoutFields({ classes, name, message, stack, isSluice }: ErrorObjectRecord): Error {
  const isDomException = classes[0] === 'DOMException' && typeof DOMException === 'function';
  const error = isDomException ? new DOMException(message, name) : ofClass(classes, message, isSluice);
  if (error.name !== name) setHidden(error, 'name', name);
  if (isSluice) define(error, brand, true, true);
  setHidden(error, 'stack', stack ?? `${name}: ${message}`);
  return error;
}

function ofClass(classes: readonly string[], message: string, isSluice: boolean): Error {
  // Only an object that the constructor of Error makes is an error for the engine, too.
  const error = new Error(message);
  for (const name of classes) {
    const Class = registered.get(name) ?? (isSluice ? sluiceClasses.get(name) : undefined) ?? platformClasses.get(name);
    if (Class) return Object.setPrototypeOf(error, Class.prototype as object) as Error;
  }
  return error;
}

const FRAME = /^\s+at /;
/** A frame in the format of Firefox and Safari. */
const GECKO_FRAME = /@.*:\d+/;

/** Joins two stacks in a format that tools which parse stacks by line can still read. */
function joinStacks(stack: string, callerStack: string): string {
  const lines = callerStack.split('\n');
  const first = lines.findIndex((line) => FRAME.test(line));
  const frames = first >= 0 ? lines.slice(first) : lines.filter((line) => GECKO_FRAME.test(line));
  return frames.length === 0 ? stack : [stack.trimEnd(), '    at worker thread (called from)', ...frames].join('\n');
}

const stackOf = ({ stack, name, message }: Error): string => stack ?? `${name}: ${message}`;

const setHidden = (object: object, key: PropertyKey, value: unknown): void => define(object, key, value, false);

const define = (object: object, key: PropertyKey, value: unknown, enumerable: boolean): void =>
  void Object.defineProperty(object, key, { value, enumerable, writable: true, configurable: true });
