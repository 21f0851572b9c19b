/**
 * What a record of an error becomes again in the thread it was sent to: an error of its class, with all its fields, and
 * with a stack that begins in the thread where it was thrown and goes on where that work was asked for.
 *
 * No constructor runs: what it would want as arguments nobody knows.
 */
import { withoutLibraryFrames } from './caller-stack';
import { invalidOption } from '../../core/describe';
import * as coreErrors from '../../core/errors';
import { brand, SluiceError } from '../../core/sluice-error';
import type { ErrorRecord, Portable, RecordOfError } from './error-serializer';
import * as poolErrors from './pool-errors';
import { ThrownValueError } from './pool-errors';

/** A class of errors, whatever its constructor wants. */
export type ErrorClass = abstract new (...args: never) => Error;

const BUILT_IN: readonly ErrorClass[] = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
];

const isErrorClass = (value: unknown): value is ErrorClass =>
  typeof value === 'function' && (value === Error || (value as { prototype?: unknown }).prototype instanceof Error);

/** The classes whose names are taken. */
const own = new Map<string, ErrorClass>();
for (const Class of [...BUILT_IN, SluiceError, ...Object.values({ ...coreErrors, ...poolErrors })]) {
  if (isErrorClass(Class)) own.set(Class.name, Class);
}

const registered = new Map<string, ErrorClass>();

/**
 * Has errors of a class come out of a worker as errors of that class: `instanceof` holds, and its methods and getters are
 * there. An error of a class that is not registered is one of the nearest class above it that is, of `Error` in the end;
 * name, message, code and fields it has all the same.
 *
 * A class goes by its name, as nothing else of it can travel. It is registered in the thread that receives the errors;
 * its constructor does not run there, so that its `#private` fields are not there.
 *
 * @example
 * class NotFoundError extends Error {
 *   override readonly name = 'NotFoundError';
 *   constructor(readonly url: string) {
 *     super(`There is nothing at ${url}.`);
 *   }
 * }
 * registerError(NotFoundError);
 *
 * @throws TypeError if it is no class of errors, has no name, or has that of another class, which would be mistaken
 * for it. To register a class again does nothing.
 */
export function registerError(Class: ErrorClass): void {
  if (!isErrorClass(Class)) throw invalidOption('registerError: its class', 'a class that extends Error', Class);
  const { name } = Class;
  if (typeof name !== 'string' || name === '') {
    throw invalidOption('registerError: its class', 'a class with a name, since that is what travels', Class);
  }
  const known = own.get(name) ?? registered.get(name) ?? (name === 'DOMException' ? DOMException : undefined);
  if (known !== undefined && known !== Class) {
    throw new TypeError(
      `registerError knows another class of the name "${name}". ` +
        'An error is told by the name of its class when it comes from a worker. Give one of them another name.',
    );
  }
  if (!own.has(name)) registered.set(name, Class);
}

/** An error as it was where it was thrown; `callerStack` is the stack of whoever asked for that work. */
export function deserializeError(record: ErrorRecord, callerStack?: string): Error {
  const error =
    record.kind === 'error'
      ? new ErrorDeserializer().error(record)
      : new ThrownValueError(record.text, record.value && { value: new ErrorDeserializer().value(record.value) });
  const stack = withoutLibraryFrames(stackOf(error));
  setHidden(error, 'stack', callerStack === undefined ? stack : joined(stack, callerStack));
  return error;
}

class ErrorDeserializer {
  /** A record that is met twice is one error. */
  readonly #made = new Map<Portable, unknown>();

  error(record: RecordOfError): Error {
    const error = empty(record);
    this.#made.set(record, error);
    for (const { key, value, isHidden } of record.fields) {
      const revived = this.value(value);
      // That of a DOMException, and of a class with a getter for it, is there already.
      if (isHidden && key === 'code' && Reflect.get(error, key) === revived) continue;
      define(error, key, revived, !isHidden);
    }
    return error;
  }

  value(portable: Portable): unknown {
    if ('kind' in portable) return this.#made.get(portable) ?? this.error(portable);
    if (portable.is === 'value') return portable.value;
    if (this.#made.has(portable)) return this.#made.get(portable);
    const value = this.#branch(portable);
    this.#made.set(portable, value);
    return value;
  }

  #branch(portable: Exclude<Portable, RecordOfError | { readonly is: 'value' }>): unknown {
    switch (portable.is) {
      case 'list':
        return portable.items.map((item) => this.value(item));
      case 'set':
        return new Set(portable.items.map((item) => this.value(item)));
      case 'map':
        return new Map(portable.entries.map(([key, item]) => [this.value(key), this.value(item)]));
      case 'object': {
        const object = {};
        for (const [key, item] of portable.entries) define(object, key, this.value(item), true);
        return object;
      }
    }
  }
}

/** An error without its fields, of the nearest class that is known. */
function empty({ classes, name, message, stack, isSluice }: RecordOfError): Error {
  const isOfPlatform = classes[0] === 'DOMException' && typeof DOMException === 'function';
  const error = isOfPlatform ? new DOMException(message, name) : ofClass(classes, message);
  if (error.name !== name) setHidden(error, 'name', name);
  if (isSluice) define(error, brand, true, true);
  setHidden(error, 'stack', stack ?? `${name}: ${message}`);
  return error;
}

function ofClass(classes: readonly string[], message: string): Error {
  // Made by Error itself, it is an error to the engine as well.
  const error = new Error(message);
  for (const name of classes) {
    const Class = registered.get(name) ?? own.get(name);
    if (Class) return Object.setPrototypeOf(error, Class.prototype as object) as Error;
  }
  return error;
}

const FRAME = /^\s+at /;
/** As Firefox and Safari write them. */
const FOREIGN_FRAME = /@.*:\d+/;

/** Two stacks as one, that those who read stacks line by line can still read. */
function joined(stack: string, callerStack: string): string {
  const lines = callerStack.split('\n');
  const first = lines.findIndex((line) => FRAME.test(line));
  const frames = first >= 0 ? lines.slice(first) : lines.filter((line) => FOREIGN_FRAME.test(line));
  return frames.length === 0 ? stack : [stack.trimEnd(), '    at worker thread (called from)', ...frames].join('\n');
}

const stackOf = ({ stack, name, message }: Error): string => stack ?? `${name}: ${message}`;

const setHidden = (object: object, key: PropertyKey, value: unknown): void => define(object, key, value, false);

const define = (object: object, key: PropertyKey, value: unknown, enumerable: boolean): void =>
  void Object.defineProperty(object, key, { value, enumerable, writable: true, configurable: true });
