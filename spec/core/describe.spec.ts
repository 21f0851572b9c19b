import { describe as describeValue, describeKeys, wrong } from '../../src/core/describe';

class Point {
  readonly x = 1;
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
    ['writes errors with their message', new RangeError('too far'), 'RangeError: too far'],
    ['survives an object without a prototype', Object.create(null), 'an object'],
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
    const error = wrong('batch: maxSize', 'a whole number, 1 or more', '7');
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toBe('batch: maxSize must be a whole number, 1 or more; got "7" (string).');
  });
});
