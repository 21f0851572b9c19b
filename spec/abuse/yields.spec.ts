/**
 * Yields of values that cannot be awaited: a TypeError at the yield that names the task and the value, and that the
 * task can catch.
 */
import { all, batch, Future, allSettled, task } from 'sluice';
import { listen } from '../batch/virtual-run';

class Row {
  readonly id = 1;
}

function* generator(): Generator<number> {
  yield 1;
}

const cyclic: unknown[] = [Future.of(1)];
cyclic.push(cyclic);

const wrongYields: readonly (readonly [name: string, yielded: unknown, inMessage: string])[] = [
  ['a number', 5, '5 (number)'],
  ['NaN', NaN, 'NaN (number)'],
  ['a bigint', 5n, '5n (bigint)'],
  ['a text', 'text', '"text" (string)'],
  ['the empty text', '', '"" (string)'],
  ['a boolean', false, 'false (boolean)'],
  ['a symbol', Symbol('it'), 'Symbol(it) (symbol)'],
  ['a function', function load() {}, 'function load (function)'],
  ['a batch function that was not called', batch(() => [], { name: 'nameOf' }), 'function nameOf (function)'],
  ['a task that was not called', task(function load() {}), 'function load (function)'],
  ['a class instance', new Row(), 'an instance of Row (object)'],
  ['a Map', new Map([[1, Future.of(1)]]), 'an instance of Map (object)'],
  ['a Set', new Set([Future.of(1)]), 'an instance of Set (object)'],
  ['a Date', new Date(0), 'an instance of Date (object)'],
  ['a RegExp', /x/, 'an instance of RegExp (object)'],
  ['an Error', new RangeError('no'), 'RangeError: no (object)'],
  ['a value in an array', [Future.of(1), 5], '5 (number) at [1]'],
  ['a value in a record', { id: 5 }, '5 (number) at .id'],
  [
    'a value deep in a shape',
    { users: [{ name: Future.of('x'), tags: [null, 'deep'] }] },
    '"deep" (string) at .users[0].tags[1]',
  ],
  ['a class instance in a shape', [{ row: new Row() }], 'an instance of Row (object) at [0].row'],
];

describe('yielding', () => {
  it.each(wrongYields)(
    '%s throws a TypeError at the yield, where the task can catch it',
    (_name, yielded, inMessage) => {
      const catching = task(function* catching(): Generator<unknown, unknown> {
        try {
          yield yielded;
          return 'no error';
        } catch (error) {
          yield Future.of('continued');
          return error;
        }
      });
      const error = catching().block();
      expect(error).toBeInstanceOf(TypeError);
      expect((error as TypeError).message).toContain('Task "catching"');
      expect((error as TypeError).message).toContain(inMessage);
    },
  );

  it.each(wrongYields)('%s fails a task that does not catch the error, after its finally blocks', (_name, yielded) => {
    const log: string[] = [];
    const uncaught = task(function* () {
      try {
        yield yielded;
      } finally {
        yield Future.of(1);
        log.push('cleaned up');
      }
    });
    const recording = listen(uncaught());
    expect(recording.errors[0]).toBeInstanceOf(TypeError);
    expect(log).toEqual(['cleaned up']);
  });

  it('a shape with a cycle throws a TypeError that names the cycle', () => {
    const looping = task(function* () {
      yield cyclic;
    });
    expect(() => looping().block()).toThrow(TypeError);
    expect(() => looping().block()).toThrow(/cycle/);
  });

  it('a generator object throws a TypeError that names it', () => {
    const bare = task(function* () {
      yield generator();
    });
    expect(() => bare().block()).toThrow(TypeError);
    expect(() => bare().block()).not.toThrow(/instance of undefined/);
  });

  it('an object whose getter `then` throws that error at the yield', () => {
    const broken = {
      get then(): never {
        throw new Error('broken then');
      },
    };
    const catching = task(function* (): Generator<unknown, string> {
      try {
        yield broken;
        return 'no error';
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(catching().block()).toBe('broken then');
  });

  it('a wrong shape runs none of its futures', () => {
    let runs = 0;
    const counting = Future.defer(() => Promise.resolve(runs++));
    const uncaught = task(function* () {
      yield [counting, 5];
    });
    expect(() => uncaught().block()).toThrow(TypeError);
    expect(runs).toBe(0);
  });

  it('ten thousand wrong values does not prevent right yields afterwards', () => {
    const repeating = task(function* (): Generator<unknown, number> {
      let errors = 0;
      for (let id = 0; id < 10_000; id++) {
        try {
          yield id;
        } catch {
          errors++;
        }
      }
      return errors + ((yield Future.of(1)) as number);
    });
    expect(repeating().block()).toBe(10_001);
  });

  it('null and undefined is accepted, also in shapes', () => {
    const accepted = task(function* (): Generator<unknown, unknown, unknown> {
      return [yield null, yield undefined, yield [], yield {}, yield [null, { none: undefined }]];
    });
    expect(accepted().block()).toEqual([null, undefined, [], {}, [null, { none: undefined }]]);
  });
});

describe.each([
  ['all', (shape: unknown) => all(shape as never)],
  ['allSettled', (shape: unknown) => allSettled(shape as never)],
] as const)('%s', (name, join) => {
  it.each(wrongYields.map(([what, shape, inMessage]) => [what, shape, inMessage] as const))(
    'throws a TypeError for %s at the call, with its own name and the path of the value',
    (_what, shape, inMessage) => {
      expect(() => join(shape)).toThrow(TypeError);
      expect(() => join(shape)).toThrow(inMessage);
      expect(() => join(shape)).toThrow(`${name}(): expected futures`);
    },
  );

  it('throws for a shape with a cycle at the call', () => {
    expect(() => join(cyclic)).toThrow(/cycle/);
  });

  it('advises how to pass a plain value', () => {
    expect(() => join([5])).toThrow('Wrap a plain value in Future.of(value).');
  });

  it('returns null and undefined for themselves, and undefined for a hole of an array', () => {
    expect(join(null).block()).toBeNull();
    expect(join(undefined).block()).toBeUndefined();
    expect(join(new Array(2)).block()).toEqual([undefined, undefined]);
  });

  it('accepts a record without a prototype, and unusual keys', () => {
    const strange = Object.assign(Object.create(null) as object, {
      '': Future.of(1),
      constructor: null,
      toString: null,
    });
    expect(Object.keys(join(strange).block() as object)).toEqual(['', 'constructor', 'toString']);
  });

  it('does not change a prototype for the key __proto__', () => {
    const hostile: unknown = JSON.parse('{ "__proto__": null }');
    const result = join({ inside: hostile }).block() as { inside: object };
    expect(Object.getPrototypeOf(result.inside)).toBe(Object.prototype);
  });
});
