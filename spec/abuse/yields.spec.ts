/**
 * What a task must not yield: a TypeError at the yield, which it may catch, and which names the task and what it yielded.
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
  it.each(wrongYields)('%s throws a TypeError at the yield, which can be caught there', (_name, yielded, inMessage) => {
    const careful = task(function* careful(): Generator<unknown, unknown> {
      try {
        yield yielded;
        return 'no error';
      } catch (error) {
        yield Future.of('one goes on');
        return error;
      }
    });
    const error = careful().block();
    expect(error).toBeInstanceOf(TypeError);
    expect((error as TypeError).message).toContain('Task "careful"');
    expect((error as TypeError).message).toContain(inMessage);
  });

  it.each(wrongYields)('%s fails a task that does not catch it, once its finally blocks have run', (_name, yielded) => {
    const log: string[] = [];
    const careless = task(function* () {
      try {
        yield yielded;
      } finally {
        yield Future.of(1);
        log.push('cleaned up');
      }
    });
    const heard = listen(careless());
    expect(heard.errors[0]).toBeInstanceOf(TypeError);
    expect(log).toEqual(['cleaned up']);
  });

  it('a shape with a cycle throws a TypeError that says so', () => {
    const looping = task(function* () {
      yield cyclic;
    });
    expect(() => looping().block()).toThrow(TypeError);
    expect(() => looping().block()).toThrow(/cycle/);
  });

  it('a generator throws a TypeError with a word for it', () => {
    const bare = task(function* () {
      yield generator();
    });
    expect(() => bare().block()).toThrow(TypeError);
    expect(() => bare().block()).not.toThrow(/instance of undefined/);
  });

  it('something whose then throws when looked at throws that at the yield', () => {
    const broken = {
      get then(): never {
        throw new Error('broken then');
      },
    };
    const careful = task(function* (): Generator<unknown, string> {
      try {
        yield broken;
        return 'no error';
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(careful().block()).toBe('broken then');
  });

  it('a wrong shape begins none of the futures in it', () => {
    let begun = 0;
    const counting = Future.defer(() => Promise.resolve(begun++));
    const careless = task(function* () {
      yield [counting, 5];
    });
    expect(() => careless().block()).toThrow(TypeError);
    expect(begun).toBe(0);
  });

  it('does not stop the task from yielding rightly afterwards, however often it was wrong', () => {
    const stubborn = task(function* (): Generator<unknown, number> {
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
    expect(stubborn().block()).toBe(10_001);
  });

  it('null and undefined is right, also in shapes', () => {
    const relaxed = task(function* (): Generator<unknown, unknown, unknown> {
      return [yield null, yield undefined, yield [], yield {}, yield [null, { none: undefined }]];
    });
    expect(relaxed().block()).toEqual([null, undefined, [], {}, [null, { none: undefined }]]);
  });
});

describe.each([
  ['all', (shape: unknown) => all(shape as never)],
  ['allSettled', (shape: unknown) => allSettled(shape as never)],
] as const)('%s', (name, join) => {
  it.each(wrongYields.map(([what, shape, inMessage]) => [what, shape, inMessage] as const))(
    'refuses %s at the call, naming itself and the path',
    (_what, shape, inMessage) => {
      expect(() => join(shape)).toThrow(TypeError);
      expect(() => join(shape)).toThrow(inMessage);
      expect(() => join(shape)).toThrow(`${name}(): expected futures`);
    },
  );

  it('refuses a cycle at the call', () => {
    expect(() => join(cyclic)).toThrow(/cycle/);
  });

  it('says how to pass a plain value', () => {
    expect(() => join([5])).toThrow('Wrap a plain value in Future.of(value).');
  });

  it('takes nothing for nothing, also in holes of an array', () => {
    expect(join(null).block()).toBeNull();
    expect(join(undefined).block()).toBeUndefined();
    expect(join(new Array(2)).block()).toEqual([undefined, undefined]);
  });

  it('takes a record without a prototype, and one with strange keys', () => {
    const strange = Object.assign(Object.create(null) as object, {
      '': Future.of(1),
      constructor: null,
      toString: null,
    });
    expect(Object.keys(join(strange).block() as object)).toEqual(['', 'constructor', 'toString']);
  });

  it('does not let a record of a hostile key touch the prototype', () => {
    const hostile: unknown = JSON.parse('{ "__proto__": null }');
    const result = join({ inside: hostile }).block() as { inside: object };
    expect(Object.getPrototypeOf(result.inside)).toBe(Object.prototype);
  });
});
