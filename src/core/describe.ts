/**
 * Values in words, for messages: short, never throwing, and with the type where the value alone would not tell it.
 */
import { printable } from './printable';
import { quoting } from './sluice-error';

const LONGEST = 60;
const MOST_KEYS = 5;
const GENERATOR = 'a generator object';

/** `describe('a')` is `"a"` in quotes; an object is shown as JSON where that is possible, else by its class. */
export function describe(value: unknown): string {
  try {
    return printable(inWords(value));
  } catch {
    // A class may have any `name`, or a Proxy throw for it.
    return 'a function';
  }
}

function inWords(value: unknown): string {
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

/** The first few of many keys. */
export const describeKeys = (keys: readonly unknown[]): string =>
  keys.slice(0, MOST_KEYS).map(describe).join(', ') + (keys.length > MOST_KEYS ? ', …' : '');

/** Where an object of sluice has what it is called in messages and on a console, which shows nothing of what it holds. */
export const titled = Symbol.for('sluice.title');

/** The method by which an object says how `console.log` of Node shows it. */
export const inspected = Symbol.for('nodejs.util.inspect.custom');

/** What `batch` calls a function that has no name. */
export const UNNAMED = 'batch';

/** A batch function by its name, if it has one. */
export const describeBatch = (name: string): string =>
  name === UNNAMED ? 'an unnamed batch' : `batch "${printable(name)}"`;

/** The same where a sentence begins. */
export const batchTitle = (name: string): string => describeBatch(name).replace(/^./, (letter) => letter.toUpperCase());

/**
 * The TypeError of a wrong option or argument: the one sentence form of all of them.
 *
 * @param place the function and its option, as `batch: window`, or its argument, as `within: its context`
 */
export function invalidOption(place: string, mustBe: string, got: unknown): TypeError {
  const colon = place.lastIndexOf(': ');
  const caller = place.slice(0, colon);
  const name = place.slice(colon + 2);
  const what = /^[\w.]+$/.test(name) ? `\`${name}\`` : name;
  const value = describe(got);
  const hint = value === GENERATOR ? ' Give the generator function itself, not what a call of it returns.' : '';
  return quoting(new TypeError(`${caller}: expected ${what} to be ${mustBe}; got ${value} (${typeof got}).${hint}`));
}

/** What to do about something that cannot be waited for. */
export const howToWait = (value: unknown): string =>
  describe(value) === GENERATOR
    ? 'Nobody drives it: call the task, not the function it was made of. Within task(function* name() …), `name` is that ' +
      'function; give one of them another name.'
    : 'Wrap a plain value in Future.of(value).';

/** What to add to a key that a Map does not have, if it has one of another type that is written alike. */
export function thoughAlike(results: ReadonlyMap<unknown, unknown>, key: unknown): string {
  if (typeof key !== 'string' && typeof key !== 'number' && typeof key !== 'bigint') return '';
  const text = String(key);
  const alike = [text, Number(text), ...(/^-?\d+$/.test(text) ? [BigInt(text)] : [])];
  const other = alike.find((one) => typeof one !== typeof key && String(one) === text && results.has(one));
  if (other === undefined) return '';
  return `, though the Map has the ${typeof other} ${describe(other)}, another key: the key option can make them one`;
}

/** What to add to a key that is an object and that a Map of objects does not have. */
export function thoughEqual(results: ReadonlyMap<unknown, unknown>, key: unknown, identity: unknown): string {
  // The first key stands for all: a look at each, for each key that is missing, would take the square of the time.
  const [first] = results instanceof Map ? results.keys() : [];
  if (!isObject(key) || !isObject(first)) return '';
  const how =
    identity === key
      ? 'give the key option, a function from a key to a string or a number, and key the Map by what it gives'
      : `key the Map by what the key option gives, ${describe(identity)} for this one`;
  return `, though the Map has keys that are objects. An object equals only itself, however alike it looks: ${how}`;
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** What a resolver gave, in words, and what went wrong where that alone does not tell. */
export function explained(got: string): string {
  if (got === 'undefined') return `${got}: it completed without a result`;
  if (got !== GENERATOR) return got;
  return `${got}, which nobody drives: make a task of the generator function, batch(task(function* …))`;
}

function describeObject(value: object): string {
  try {
    const tag = Object.prototype.toString.call(value);
    if (tag === '[object Generator]') return GENERATOR;
    if (tag === '[object AsyncGenerator]') return 'an async generator object';
    const title: unknown = Reflect.get(value, titled);
    if (typeof title === 'string') return title;
    if (value instanceof Error) return String(value);
    const { name } = value.constructor;
    if (name === 'Object' || Array.isArray(value)) return shorten(JSON.stringify(value));
    return typeof name === 'string' ? `an instance of ${name || 'an anonymous class'}` : 'an object';
  } catch {
    // No constructor, a cycle or a getter that throws: there is no better word for it.
    return 'an object';
  }
}

const shorten = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
