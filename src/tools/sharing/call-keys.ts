/**
 * The identity of a call: the object it was called on (`this`) and its arguments, compared one by one as a `Map` compares
 * its keys. The identity is a text in which a number stands for each object, so a stored call keeps none of its arguments
 * alive.
 */
import { parametersOf, type UsedParameters } from '../parameters';

export class CallKeys<A extends readonly unknown[]> {
  readonly #key: ((...args: A) => unknown) | undefined;
  readonly #parameters: UsedParameters;
  /** Prefixes of all objects the function has been called on. */
  readonly #selves = new Set([NO_SELF]);
  #registry: FinalizationRegistry<string> | undefined;

  /** @param fn - The called function, which may use fewer arguments than it gets. */
  constructor(fn: (...args: never[]) => unknown, key?: (...args: A) => unknown) {
    this.#key = key;
    this.#parameters = parametersOf(fn);
  }

  /** Identity of a call with these arguments, on any object. */
  of(args: A): string {
    return this.#key ? identityOf(this.#key(...args)) : this.#usedArguments(args).map(identityOf).join();
  }

  /** Identity of a call with these arguments on `self`. */
  on(self: unknown, args: A): string {
    return this.#prefixOf(self) + this.of(args);
  }

  /** Identities of the calls with these arguments on every object seen so far. */
  onAny(args: A): string[] {
    const ofArgs = this.of(args);
    return Array.from(this.#selves, (self) => self + ofArgs);
  }

  #usedArguments(args: A): readonly unknown[] {
    const { count, takesMissingForUndefined } = this.#parameters;
    let end = Math.min(args.length, count);
    while (takesMissingForUndefined && end > 0 && args[end - 1] === undefined) end--;
    return end === args.length ? args : args.slice(0, end);
  }

  #prefixOf(self: unknown): string {
    if (!isObject(self)) return NO_SELF;
    const prefix = `${identityOf(self)}:`;
    if (this.#selves.has(prefix)) return prefix;
    this.#selves.add(prefix);
    this.#registry ??= new FinalizationRegistry((collected) => this.#selves.delete(collected));
    this.#registry.register(self, prefix);
    return prefix;
  }
}

/** Prefix of a call without an object. */
const NO_SELF = ':';

interface Numbers<T> {
  get(value: T): number | undefined;
  set(value: T, number: number): unknown;
}

const objectNumbers = new WeakMap<object, number>();
const symbolNumbers = new WeakMap<WeakKey, number>() as Numbers<symbol>; // ES2023 takes symbols that are not registered
let lastNumber = 0;

/** Values that a `Map` tells apart have different identities. */
function identityOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `s${String(value.length)}:${value}`;
    case 'symbol':
      // A symbol of the global registry lives as long as the process and cannot be a key of a WeakMap.
      return Symbol.keyFor(value) === undefined
        ? `y${String(numberOf(symbolNumbers, value))}`
        : `r${identityOf(Symbol.keyFor(value))}`;
    case 'object':
    case 'function':
      return value === null ? 'null' : `o${String(numberOf(objectNumbers, value))}`;
    case 'bigint':
      return `${String(value)}n`;
    default:
      return String(value);
  }
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

function numberOf<T>(numbers: Numbers<T>, value: T): number {
  let number = numbers.get(value);
  if (number === undefined) numbers.set(value, (number = ++lastNumber));
  return number;
}
