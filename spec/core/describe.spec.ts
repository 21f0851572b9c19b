import {
  batchTitle,
  describe as describeValue,
  describeBatch,
  describeKeys,
  explainResult,
  hintOtherKeyType,
  hintObjectKeys,
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
    ['writes numbers unchanged', -0.5, '-0.5'],
    ['writes NaN', NaN, 'NaN'],
    ['writes booleans', false, 'false'],
    ['writes undefined', undefined, 'undefined'],
    ['writes null', null, 'null'],
    ['writes bigints with the suffix n', 7n, '7n'],
    ['writes symbols', Symbol('it'), 'Symbol(it)'],
    ['names functions', Math.max, 'function max'],
    ['writes (anonymous) for a function without a name', () => 1, 'function (anonymous)'],
    ['writes arrays as JSON', [1, 'a'], '[1,"a"]'],
    ['writes plain objects as JSON', { a: 1 }, '{"a":1}'],
    ['names the class of other objects', new Point(), 'an instance of Point'],
    [
      'describes an object of an anonymous class',
      new (class {
        readonly x = 1;
      })(),
      'an instance of an anonymous class',
    ],
    ['describes generator objects', numbers(), 'a generator object'],
    ['describes async generator objects', later(), 'an async generator object'],
    ['does not throw for a constructor that is not a function', { constructor: 5 }, 'an object'],
    ['writes errors with their message', new RangeError('too far'), 'RangeError: too far'],
    ['does not throw for an object without a prototype', Object.create(null), 'an object'],
    [
      'does not throw for a Symbol.toStringTag that throws',
      {
        get [Symbol.toStringTag]() {
          throw new Error('no');
        },
      },
      'an object',
    ],
    ['does not throw for a cycle', cycle, 'an object'],
    ['does not throw for a record with a bigint', { n: 1n }, 'an object'],
    ['does not throw for a toJSON that returns undefined', { toJSON: () => undefined }, 'an object'],
    [
      'does not throw for a getter that throws',
      {
        get a() {
          throw new Error('no');
        },
      },
      'an object',
    ],
  ])('%s', (_, value, text) => expect(describeValue(value)).toBe(text));

  it('does not throw for a function whose name is a symbol', () => {
    const tagged = Object.defineProperty(() => undefined, 'name', { value: Symbol('tag') });
    expect(describeValue(tagged)).toBe('a function');
  });

  it('shortens text of more than 60 characters', () => {
    expect(describeValue('x'.repeat(100))).toBe(`"${'x'.repeat(58)}…`);
  });

  it('does not shorten text of 60 characters', () => {
    expect(describeValue('x'.repeat(58))).toBe(`"${'x'.repeat(58)}"`);
  });
});

describe('describeKeys', () => {
  it('lists five keys', () => expect(describeKeys([1, 2, 3, 4, 5])).toBe('1, 2, 3, 4, 5'));
  it('writes … for the sixth key and later ones', () =>
    expect(describeKeys([1, 2, 3, 4, 5, 6])).toBe('1, 2, 3, 4, 5, …'));
});

describe('invalidOption', () => {
  it('creates a TypeError with the option, its expected value, the actual value and the type of that', () => {
    const error = invalidOption('batch: maxSize', 'a whole number, 1 or more', '7');
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toBe('batch: expected `maxSize` to be a whole number, 1 or more; got "7" (string).');
  });

  it('advises to pass the generator function where the value is a generator object', () => {
    expect(invalidOption('task: its body', 'a function', numbers()).message).toBe(
      'task: expected its body to be a function; got a generator object (object). ' +
        'Pass the generator function itself, without calling it.',
    );
  });
});

describe('describeBatch', () => {
  it('writes the name of the batch', () => expect(describeBatch('nameOf')).toBe('batch "nameOf"'));
  it('writes "an unnamed batch" without a name', () => expect(describeBatch('batch')).toBe('an unnamed batch'));
});

describe('batchTitle', () => {
  it('begins with a capital letter', () => {
    expect(['nameOf', 'batch'].map(batchTitle)).toEqual(['Batch "nameOf"', 'An unnamed batch']);
  });
});

describe('hintOtherKeyType', () => {
  const of = (...keys: readonly unknown[]): Map<unknown, number> => new Map(keys.map((key, index) => [key, index]));

  it.each<[string, unknown, unknown, string]>([
    ['the string of a number', 1, '1', 'the string "1"'],
    ['the string of a bigint', 1n, '1', 'the string "1"'],
    ['the number of a string', '1', 1, 'the number 1'],
    ['the number of a bigint', 1n, 1, 'the number 1'],
    ['the bigint of a string', '12345678901234567890', 12345678901234567890n, 'the bigint 12345678901234567890n'],
    ['the bigint of a number', 1, 1n, 'the bigint 1n'],
  ])('names %s', (_, key, twin, text) =>
    expect(hintOtherKeyType(of(twin), key)).toContain(`, though the Map has ${text}. These are two keys`),
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
  ])('is empty where the Map has %s', (_, key, other) => expect(hintOtherKeyType(of(other), key)).toBe(''));
});

describe('hintObjectKeys', () => {
  const keys: readonly (readonly [string, object, object])[] = [
    ['dates', new Date(0), new Date(0)],
    ['tuples', [1, 2], [1, 2]],
    ['buffers', Buffer.from('a'), Buffer.from('a')],
    ['records', { id: 1 }, { id: 1 }],
    ['objects of a class', new Point(), new Point()],
  ];

  it.each(keys)('advises to set the key option where keys are equal but not the same object: %s', (_, key, twin) => {
    const hint = hintObjectKeys(new Map([[twin, 'value']]), key, key);
    expect(hint).toMatch(/^, though the Map has keys that are objects\. An object equals only itself,/);
    expect(hint).toContain('as the copies of keys are that a worker thread gets');
    expect(hint).toContain('set the key option');
  });

  it.each(keys)('shows the result of the key option, where it is set: %s', (_, key, twin) => {
    expect(hintObjectKeys(new Map([[twin, 'value']]), key, 'a7')).toContain(
      'the result of the key option as key of the Map, "a7" for this key',
    );
  });

  it('is empty for keys that are not objects, for Maps without object keys, and for empty Maps', () => {
    expect(hintObjectKeys(new Map([[{}, 1]]), 1, 1)).toBe('');
    expect(hintObjectKeys(new Map([[1, 1]]), {}, {})).toBe('');
    expect(hintObjectKeys(new Map(), {}, {})).toBe('');
  });
});

describe('explainResult', () => {
  it('returns most descriptions unchanged', () => expect(explainResult('an array of 2')).toBe('an array of 2'));
});
