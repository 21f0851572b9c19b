import {
  batchTitle,
  describe as describeValue,
  describeBatch,
  describeKeys,
  explained,
  thoughAlike,
  thoughEqual,
  invalidOption,
} from '../../src/core/describe';

class Point {
  readonly x = 1;
}
function* numbers(): Generator<number> {
  yield 1;
}
async function* later(): AsyncGenerator<number> {
  yield await Promise.resolve(1);
}
const cycle: { self?: unknown } = {};
cycle.self = cycle;

describe('describe', () => {
  it.each<[string, unknown, string]>([
    ['quotes strings', 'a "b"', '"a \\"b\\""'],
    ['writes numbers as they are', -0.5, '-0.5'],
    ['writes NaN', NaN, 'NaN'],
    ['writes booleans', false, 'false'],
    ['writes undefined', undefined, 'undefined'],
    ['writes null', null, 'null'],
    ['writes bigints with their n', 7n, '7n'],
    ['writes symbols', Symbol('it'), 'Symbol(it)'],
    ['names functions', Math.max, 'function max'],
    ['says that a function has no name', () => 1, 'function (anonymous)'],
    ['writes arrays as JSON', [1, 'a'], '[1,"a"]'],
    ['writes plain objects as JSON', { a: 1 }, '{"a":1}'],
    ['names the class of other objects', new Point(), 'an instance of Point'],
    [
      'says of an object that its class has no name',
      new (class {
        readonly x = 1;
      })(),
      'an instance of an anonymous class',
    ],
    ['has a word for generator objects', numbers(), 'a generator object'],
    ['has one for those of async generators', later(), 'an async generator object'],
    ['survives a constructor that is none', { constructor: 5 }, 'an object'],
    ['writes errors with their message', new RangeError('too far'), 'RangeError: too far'],
    ['survives an object without a prototype', Object.create(null), 'an object'],
    [
      'survives a tag that throws',
      {
        get [Symbol.toStringTag]() {
          throw new Error('no');
        },
      },
      'an object',
    ],
    ['survives a cycle', cycle, 'an object'],
    ['survives a bigint within', { n: 1n }, 'an object'],
    ['survives a toJSON that gives nothing', { toJSON: () => undefined }, 'an object'],
    [
      'survives a getter that throws',
      {
        get a() {
          throw new Error('no');
        },
      },
      'an object',
    ],
  ])('%s', (_, value, words) => expect(describeValue(value)).toBe(words));

  it('shortens what is longer than 60 characters', () => {
    expect(describeValue('x'.repeat(100))).toBe(`"${'x'.repeat(58)}…`);
  });

  it('leaves 60 characters as they are', () => {
    expect(describeValue('x'.repeat(58))).toBe(`"${'x'.repeat(58)}"`);
  });
});

describe('describeKeys', () => {
  it('lists five', () => expect(describeKeys([1, 2, 3, 4, 5])).toBe('1, 2, 3, 4, 5'));
  it('shows that there are more', () => expect(describeKeys([1, 2, 3, 4, 5, 6])).toBe('1, 2, 3, 4, 5, …'));
});

describe('wrong', () => {
  it('makes a TypeError of the option, what it must be, what came and its type', () => {
    const error = invalidOption('batch: maxSize', 'a whole number, 1 or more', '7');
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toBe('batch: expected `maxSize` to be a whole number, 1 or more; got "7" (string).');
  });
});

describe('wrong, of a generator that was called already', () => {
  it('says to give the function itself', () => {
    expect(invalidOption('task: its body', 'a function', numbers()).message).toBe(
      'task: expected its body to be a function; got a generator object (object). ' +
        'Give the generator function itself, not what a call of it returns.',
    );
  });
});

describe('describeBatch', () => {
  it('names the batch', () => expect(describeBatch('nameOf')).toBe('batch "nameOf"'));
  it('does not stutter where it has no name', () => expect(describeBatch('batch')).toBe('an unnamed batch'));
  it('has a capital where a sentence begins', () => {
    expect(['nameOf', 'batch'].map(batchTitle)).toEqual(['Batch "nameOf"', 'An unnamed batch']);
  });
});

describe('describe, given a class whose name is no text', () => {
  it('does not throw', () => {
    const tagged = Object.defineProperty(() => undefined, 'name', { value: Symbol('tag') });
    expect(describeValue(tagged)).toBe('a function');
  });
});

describe('thoughAlike', () => {
  const of = (...keys: readonly unknown[]): Map<unknown, number> => new Map(keys.map((key, index) => [key, index]));

  it.each<[string, unknown, unknown, string]>([
    ['the string of a number', 1, '1', 'the string "1"'],
    ['the string of a bigint', 1n, '1', 'the string "1"'],
    ['the number of a string', '1', 1, 'the number 1'],
    ['the number of a bigint', 1n, 1, 'the number 1'],
    ['the bigint of a string', '12345678901234567890', 12345678901234567890n, 'the bigint 12345678901234567890n'],
    ['the bigint of a number', 1, 1n, 'the bigint 1n'],
  ])('finds %s', (_, key, twin, words) =>
    expect(thoughAlike(of(twin), key)).toContain(`, though the Map has ${words}, another key`),
  );

  it.each<[string, unknown, unknown]>([
    ['another number', 1, '2'],
    ['a string that only begins like it', '1 ', 1],
    ['the number 0 for the empty string', '', 0],
    ['a word', 'one', 1],
    ['NaN', 'NaN', 1],
    ['a fraction', 1.5, 1n],
    ['a symbol', Symbol('1'), '1'],
    ['an object', {}, '[object Object]'],
  ])('does not take %s for one', (_, key, other) => expect(thoughAlike(of(other), key)).toBe(''));
});

describe('thoughEqual', () => {
  const keys: readonly (readonly [string, object, object])[] = [
    ['dates', new Date(0), new Date(0)],
    ['tuples', [1, 2], [1, 2]],
    ['buffers', Buffer.from('a'), Buffer.from('a')],
    ['records', { id: 1 }, { id: 1 }],
    ['objects of a class', new Point(), new Point()],
  ];

  it.each(keys)('names the key option where keys are equal but not the same: %s', (_, key, twin) => {
    const words = thoughEqual(new Map([[twin, 'value']]), key, key);
    expect(words).toMatch(/^, though the Map has keys that are objects\. An object equals only itself,/);
    expect(words).toContain('give the key option');
  });

  it.each(keys)('names what the key option gives, where there is one: %s', (_, key, twin) => {
    expect(thoughEqual(new Map([[twin, 'value']]), key, 'a7')).toContain(
      'what the key option gives, "a7" for this one',
    );
  });

  it('has nothing to say of keys that are no objects, of Maps without them, and of empty Maps', () => {
    expect(thoughEqual(new Map([[{}, 1]]), 1, 1)).toBe('');
    expect(thoughEqual(new Map([[1, 1]]), {}, {})).toBe('');
    expect(thoughEqual(new Map(), {}, {})).toBe('');
  });
});

describe('explained', () => {
  it('leaves most of it as it is', () => expect(explained('an array of 2')).toBe('an array of 2'));
});
