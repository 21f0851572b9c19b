/**
 * The identity of a call: on what it was called, and with what. Arguments are compared one by one, as a `Map` compares
 * its keys. It is a text, in which an object stands as a number of its own; so that to remember a call keeps none of
 * its arguments alive.
 */
import { parametersOf, type Parameters } from './parameters';

export class CallKeys<A extends readonly unknown[]> {
  readonly #key: ((...args: A) => unknown) | undefined;
  readonly #parameters: Parameters;
  /** Whatever it was called on so far. */
  readonly #selves = new Set([nobody]);
  #gone: FinalizationRegistry<string> | undefined;

  /** @param fn the function that is called, which may look at fewer arguments than it is given */
  constructor(fn: (...args: never[]) => unknown, key?: (...args: A) => unknown) {
    this.#key = key;
    this.#parameters = parametersOf(fn);
  }

  /** Of a call with these arguments, whatever it was called on. */
  of(args: A): string {
    return this.#key ? identityOf(this.#key(...args)) : this.#lookedAt(args).map(identityOf).join();
  }

  on(self: unknown, args: A): string {
    return this.#selfOf(self) + this.of(args);
  }

  /** Those of all calls with these arguments, on whatever there was so far. */
  onAny(args: A): string[] {
    const ofArgs = this.of(args);
    return Array.from(this.#selves, (self) => self + ofArgs);
  }

  #lookedAt(args: A): readonly unknown[] {
    const { count, takesMissingForUndefined } = this.#parameters;
    let end = Math.min(args.length, count);
    while (takesMissingForUndefined && end > 0 && args[end - 1] === undefined) end--;
    return end === args.length ? args : args.slice(0, end);
  }

  #selfOf(self: unknown): string {
    if (!isObject(self)) return nobody;
    const own = `${identityOf(self)}:`;
    if (this.#selves.has(own)) return own;
    this.#selves.add(own);
    this.#gone ??= new FinalizationRegistry((id) => this.#selves.delete(id));
    this.#gone.register(self, own);
    return own;
  }
}

const nobody = ':';

const numbers = new WeakMap<object, number>();
const symbols = new WeakMap<WeakKey, number>() as {
  get(of: symbol): number | undefined;
  set(of: symbol, number: number): unknown;
};
let last = 0;

/** No two that a `Map` would tell apart have the same. */
function identityOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `s${String(value.length)}:${value}`;
    case 'symbol':
      // One of the registry lives as long as that.
      return Symbol.keyFor(value) === undefined
        ? `y${String(numberOf(symbols, value))}`
        : `r${identityOf(Symbol.keyFor(value))}`;
    case 'object':
    case 'function':
      return value === null ? 'null' : `o${String(numberOf(numbers, value))}`;
    case 'bigint':
      return `${String(value)}n`;
    default:
      return String(value);
  }
}

export const isEmpty = (args: readonly unknown[]): args is [] => args.length === 0;

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

function numberOf<T>(known: { get(of: T): number | undefined; set(of: T, number: number): unknown }, of: T): number {
  let number = known.get(of);
  if (number === undefined) known.set(of, (number = ++last));
  return number;
}
