/**
 * Values in words, for messages: short, never throwing, and with the type where the value alone would not tell it.
 */
const LONGEST = 60;
const MOST_KEYS = 5;

/** `describe('a')` is `"a"` in quotes; an object is shown as JSON where that is possible, else by its class. */
export function describe(value: unknown): string {
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

/** The one sentence form of every wrong option or argument. */
export const wrong = (what: string, mustBe: string, got: unknown): TypeError =>
  new TypeError(`${what} must be ${mustBe}; got ${describe(got)} (${typeof got}).`);

function describeObject(value: object): string {
  try {
    const name = value.constructor.name;
    const isPlain = name === 'Object' || Array.isArray(value);
    return isPlain ? shorten(JSON.stringify(value)) : value instanceof Error ? String(value) : `an instance of ${name}`;
  } catch {
    // No constructor, a cycle or a getter that throws: there is no better word for it.
    return 'an object';
  }
}

const shorten = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
