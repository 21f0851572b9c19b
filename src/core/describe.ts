/** Descriptions of values for messages are short, never throw, and contain the type where the value alone is ambiguous. */
import { printable } from './printable';
import { markQuotesValues } from './sluice-error';

const MAX_LENGTH = 60;
const MAX_KEYS = 5;
const GENERATOR = 'a generator object';

/** Describes a value: `describe('a')` is `"a"` in quotes; an object is shown as JSON where possible, else by its class. */
export function describe(value: unknown): string {
  try {
    return printable(textOf(value));
  } catch {
    // The `name` of a class may have any type, and a Proxy of a function may throw.
    return 'a function';
  }
}

function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return shorten(JSON.stringify(value));
    case 'function':
      return `function ${value.name || '(anonymous)'}`;
    case 'bigint':
      return `${String(value)}n`;
    case 'object':
      return value === null ? 'null' : describeObject(value);
    default:
      return String(value);
  }
}

/** Describes at most the first five keys. */
export const describeKeys = (keys: readonly unknown[]): string =>
  keys.slice(0, MAX_KEYS).map(describe).join(', ') + (keys.length > MAX_KEYS ? ', …' : '');

/** Property of the library's objects with their title for messages and consoles. A title shows none of the object's data. */
export const titleSymbol = Symbol.for('sluice.title');

/** Method that Node's `console.log` calls to display an object. */
export const inspectSymbol = Symbol.for('nodejs.util.inspect.custom');

/** Name that `batch` gives to a batch function without a name. */
export const UNNAMED_BATCH = 'batch';

export const describeBatch = (name: string): string =>
  name === UNNAMED_BATCH ? 'an unnamed batch' : `batch "${printable(name)}"`;

/** `describeBatch` with a capital letter, for the start of a sentence. */
export const batchTitle = (name: string): string => describeBatch(name).replace(/^./, (letter) => letter.toUpperCase());

/**
 * Creates the TypeError of a wrong option or argument. All such errors share its form of sentence.
 *
 * @param place the function and its option, such as `batch: window`, or its argument, such as `within: its context`
 * @param mustBe the end of the sentence "expected the option to be …"
 * @param got the wrong value
 */
export function invalidOption(place: string, mustBe: string, got: unknown): TypeError {
  const colon = place.lastIndexOf(': ');
  const caller = place.slice(0, colon);
  const name = place.slice(colon + 2);
  const what = /^[\w.]+$/.test(name) ? `\`${name}\`` : name;
  const value = describe(got);
  const hint = value === GENERATOR ? ' Pass the generator function itself, without calling it.' : '';
  return markQuotesValues(
    new TypeError(`${caller}: expected ${what} to be ${mustBe}; got ${value} (${typeof got}).${hint}`),
  );
}

/** Advice on a value that cannot be awaited. */
export const hintForNonAwaitable = (value: unknown): string =>
  describe(value) === GENERATOR
    ? 'A generator object does not run by itself: call the task, not its generator function. ' +
      'Inside task(function* name() …), `name` is the generator function; give the task another name.'
    : 'Wrap a plain value in Future.of(value).';

/** Addition to the message about a key missing in a Map that has the same key as another type, such as "1" for 1. */
export function hintOtherKeyType(results: ReadonlyMap<unknown, unknown>, key: unknown): string {
  if (typeof key !== 'string' && typeof key !== 'number' && typeof key !== 'bigint') return '';
  const text = String(key);
  const alike = [text, Number(text), ...(/^-?\d+$/.test(text) ? [BigInt(text)] : [])];
  const other = alike.find((one) => typeof one !== typeof key && String(one) === text && results.has(one));
  if (other === undefined) return '';
  return `, though the Map has the ${typeof other} ${describe(other)}. These are two keys: use the key option to make them equal`;
}

/** Addition to the message about an object key missing in a Map whose keys are objects. */
export function hintObjectKeys(results: ReadonlyMap<unknown, unknown>, key: unknown, identity: unknown): string {
  // Only the first key of the Map is inspected: all keys, for each missing key, would take quadratic time.
  const [first] = results instanceof Map ? results.keys() : [];
  if (!isObject(key) || !isObject(first)) return '';
  const advice =
    identity === key
      ? 'set the key option to a function from a key to a string or a number, and use its results as keys of the Map'
      : `use the result of the key option as key of the Map, ${describe(identity)} for this key`;
  return `, though the Map has keys that are objects. An object equals only itself, not an object with the same content, as the copies of keys are that a worker thread gets: ${advice}`;
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** Adds an explanation to the description of a resolver's result, where the description alone is not enough. */
export function explainResult(got: string): string {
  if (got === 'undefined') return `${got}: the resolver completed without a result`;
  if (got !== GENERATOR) return got;
  return `${got}, which does not run by itself: turn the generator function into a task, batch(task(function* …))`;
}

function describeObject(value: object): string {
  try {
    const tag = Object.prototype.toString.call(value);
    if (tag === '[object Generator]') return GENERATOR;
    if (tag === '[object AsyncGenerator]') return 'an async generator object';
    const title: unknown = Reflect.get(value, titleSymbol);
    if (typeof title === 'string') return title;
    if (value instanceof Error) return String(value);
    const { name } = value.constructor;
    if (name === 'Object' || Array.isArray(value)) return shorten(JSON.stringify(value));
    return typeof name === 'string' ? `an instance of ${name || 'an anonymous class'}` : 'an object';
  } catch {
    // The object has no constructor, a cycle, or a getter that throws.
    return 'an object';
  }
}

const shorten = (text: string): string => (text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text);
