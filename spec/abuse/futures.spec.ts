/**
 * `task`, `Future.from` and `Future.defer` given what they cannot use.
 */
import { of, throwError } from 'rxjs';
import { AlreadySetError, AsyncValue, Future, NotReadyError, task } from 'sluice';
import { listen, runVirtual } from '../batch/virtual-run';

const noFunctions = [undefined, null, 5, 'load', {}, [], Promise.resolve(1), Future.of(1)];

describe('task', () => {
  it.each(noFunctions)('refuses %p, naming what it must be and what came', (body) => {
    const make = (): unknown => task(body as never);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(/task: expected `body` to be a function or a generator function; got/);
    expect(make).toThrow(`(${typeof body}).`);
  });

  it('refuses a generator that is running already', () => {
    const running = (function* () {
      yield Future.of(1);
    })();
    expect(() => task(running as never)).toThrow(TypeError);
  });

  it('throws nothing at the call when its body throws: the future fails', () => {
    const failing = task(() => {
      throw new Error('body');
    });
    const future = failing();
    expect(listen(future).errors).toEqual([new Error('body')]);
  });

  it('of a body that throws before its first yield fails each time anew', () => {
    let calls = 0;
    const failing = task(function* (): Generator<never> {
      throw new Error(`call ${++calls}`);
    });
    const future = failing();
    expect([...listen(future).errors, ...listen(future).errors]).toEqual([new Error('call 1'), new Error('call 2')]);
  });

  it('that returns itself being run, in a circle, is no hang for block', () => {
    const value: AsyncValue<unknown> = task(function* (): Generator<unknown, unknown> {
      yield* Future.of(1);
      return value;
    })().start();
    expect(() => value.block()).toThrow();
  });
});

describe('Future.from', () => {
  it.each([undefined, null, 5, true, {}, () => 1, 10n])('refuses %p at the call, naming what came', (input) => {
    const make = (): unknown => Future.from(input as never);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(/where a stream was expected|to be/);
  });

  it('fails with what the input throws when it is subscribed to', () => {
    const broken = {
      [Symbol.iterator]: () => {
        throw new Error('broken iterable');
      },
    };
    expect(listen(Future.from(broken as unknown as Iterable<number>)).errors).toEqual([new Error('broken iterable')]);
  });

  it('fails with what the input fails with, as it is', () => {
    const reason = new RangeError('as it is');
    expect(listen(Future.from(throwError(() => reason))).errors).toEqual([reason]);
  });

  it('takes the empty text, and text, for the iterables they are', () => {
    expect(listen(Future.from('abc')).values).toEqual(['c']);
    expect(listen(Future.from('')).errors).toMatchObject([{ name: 'EmptyError' }]);
  });
});

describe('Future.defer', () => {
  it.each(noFunctions)('refuses %p at the call, naming what came', (makeInput) => {
    const make = (): unknown => Future.defer(makeInput as never);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(/Future\.defer.*function.*got/);
  });

  it.each([undefined, null, 5, {}])('fails when the function gives %p, with a TypeError', (input) => {
    const heard = listen(Future.defer(() => input as never));
    expect(heard.errors[0]).toBeInstanceOf(TypeError);
  });

  it('fails when the function throws', () => {
    const failing = Future.defer((): never => {
      throw new Error('no input');
    });
    expect(listen(failing).errors).toEqual([new Error('no input')]);
  });

  it('can be caught at the yield, whatever goes wrong in it', () => {
    const careful = task(function* () {
      const errors: unknown[] = [];
      for (const makeInput of [() => undefined, () => of(), (): never => JSON.parse('{') as never]) {
        try {
          yield* Future.defer(makeInput as never);
        } catch (error) {
          errors.push((error as Error).name);
        }
      }
      return yield* Future.of(errors);
    });
    expect(careful().block()).toEqual(['TypeError', 'EmptyError', 'SyntaxError']);
  });
});

describe('an AsyncValue', () => {
  it('read too soon throws a NotReadyError, and nothing is changed', () => {
    const value = new AsyncValue<number>();
    expect(() => value.value).toThrow(NotReadyError);
    value.set(1);
    expect(value.value).toBe(1);
  });

  it.each([
    ['set', (value: AsyncValue<number>) => value.set(2)],
    ['fail', (value: AsyncValue<number>) => value.fail(new Error('late'))],
  ])('settled a second time by %s throws an AlreadySetError, and keeps what it had', (_name, again) => {
    const value = new AsyncValue<number>();
    value.set(1);
    expect(() => again(value)).toThrow(AlreadySetError);
    expect(value.value).toBe(1);
  });

  it.each([new Error('lost'), null, 'no', 0])('set with %p for a second argument is refused, and not set', (second) => {
    const value = new AsyncValue<number>();
    const set: (...args: unknown[]) => void = value.set.bind(value) as never; // as plain JavaScript calls it
    expect(() => set(1, second)).toThrow(TypeError);
    expect(() => set(1, second)).toThrow('call fail(error) in place of set to end it with an error');
    expect(value.isSet).toBe(false);
    set(1, undefined);
    expect(value.value).toBe(1);
  });

  it('settled again from a subscriber of the first throws there, and all others hear the first', () => {
    runVirtual(({ flush }) => {
      const value = new AsyncValue<number>();
      const thrown: unknown[] = [];
      value.subscribe(() => {
        try {
          value.set(2);
        } catch (error) {
          thrown.push(error);
        }
      });
      const other = listen(value);
      value.set(1);
      flush();
      expect(thrown[0]).toBeInstanceOf(AlreadySetError);
      expect(other.values).toEqual([1]);
    });
  });
});

describe('a chain of thousands of values, each started from the one before', () => {
  it('settles to its last within the set of its first', () => {
    const first = new AsyncValue<number>();
    let last: AsyncValue<number> = first;
    for (let length = 0; length < 20_000; length++) last = Future.from(last).start();
    first.set(1);
    expect(last.isSet).toBe(true);
    expect(last.value).toBe(1);
  });
});
