/** `task`, `Future.from`, `Future.defer` and AsyncValue with wrong arguments, and inputs that throw. */
import { of, throwError } from 'rxjs';
import { AlreadySetError, AsyncValue, Future, NotReadyError, task } from 'sluice';
import { listen, runVirtual } from '../batch/virtual-run';

const notFunctions = [undefined, null, 5, 'load', {}, [], Promise.resolve(1), Future.of(1)];

describe('task', () => {
  it.each(notFunctions)('throws a TypeError for %p that names the expected and the actual value', (body) => {
    const make = (): unknown => task(body as never);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(/task: expected `body` to be a function or a generator function; got/);
    expect(make).toThrow(`(${typeof body}).`);
  });

  it('throws a TypeError for a generator object', () => {
    const running = (function* () {
      yield Future.of(1);
    })();
    expect(() => task(running as never)).toThrow(TypeError);
  });

  it('does not throw at the call of a task whose body throws: the future fails', () => {
    const failing = task(() => {
      throw new Error('body');
    });
    const future = failing();
    expect(listen(future).errors).toEqual([new Error('body')]);
  });

  it('runs a body that throws before its first yield again for each subscription', () => {
    let calls = 0;
    const failing = task(function* (): Generator<never> {
      throw new Error(`call ${++calls}`);
    });
    const future = failing();
    expect([...listen(future).errors, ...listen(future).errors]).toEqual([new Error('call 1'), new Error('call 2')]);
  });

  it('makes block throw for started work that returns its own AsyncValue', () => {
    const value: AsyncValue<unknown> = task(function* (): Generator<unknown, unknown> {
      yield* Future.of(1);
      return value;
    })().start();
    expect(() => value.block()).toThrow();
  });
});

describe('Future.from', () => {
  it.each([undefined, null, 5, true, {}, () => 1, 10n])('throws a TypeError for %p at the call', (input) => {
    const make = (): unknown => Future.from(input as never);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(/where a stream was expected|to be/);
  });

  it('fails with an error that its input throws at the subscription', () => {
    const broken = {
      [Symbol.iterator]: () => {
        throw new Error('broken iterable');
      },
    };
    expect(listen(Future.from(broken as unknown as Iterable<number>)).errors).toEqual([new Error('broken iterable')]);
  });

  it('fails with the same error object as its input', () => {
    const reason = new RangeError('as it is');
    expect(listen(Future.from(throwError(() => reason))).errors).toEqual([reason]);
  });

  it('iterates over strings, the empty string included', () => {
    expect(listen(Future.from('abc')).values).toEqual(['c']);
    expect(listen(Future.from('')).errors).toMatchObject([{ name: 'EmptyError' }]);
  });
});

describe('Future.defer', () => {
  it.each(notFunctions)('throws a TypeError for %p at the call', (makeInput) => {
    const make = (): unknown => Future.defer(makeInput as never);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(/Future\.defer.*function.*got/);
  });

  it.each([undefined, null, 5, {}])('fails with a TypeError if its function returns %p', (input) => {
    const recording = listen(Future.defer(() => input as never));
    expect(recording.errors[0]).toBeInstanceOf(TypeError);
  });

  it('fails with an error that its function throws', () => {
    const failing = Future.defer((): never => {
      throw new Error('no input');
    });
    expect(listen(failing).errors).toEqual([new Error('no input')]);
  });

  it('fails at the yield, where a task can catch its error', () => {
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
  it('throws a NotReadyError if it is read before it is set, and can be set afterwards', () => {
    const value = new AsyncValue<number>();
    expect(() => value.value).toThrow(NotReadyError);
    value.set(1);
    expect(value.value).toBe(1);
  });

  it.each([
    ['set', (value: AsyncValue<number>) => value.set(2)],
    ['fail', (value: AsyncValue<number>) => value.fail(new Error('late'))],
  ])('throws an AlreadySetError at a second settlement by %s, and keeps its value', (_name, again) => {
    const value = new AsyncValue<number>();
    value.set(1);
    expect(() => again(value)).toThrow(AlreadySetError);
    expect(value.value).toBe(1);
  });

  it.each([new Error('lost'), null, 'no', 0])(
    'throws a TypeError for set with %p as a second argument, and is not set',
    (second) => {
      const value = new AsyncValue<number>();
      const set: (...args: unknown[]) => void = value.set.bind(value) as never; // as plain JavaScript calls it
      expect(() => set(1, second)).toThrow(TypeError);
      expect(() => set(1, second)).toThrow('call fail(error) in place of set to end it with an error');
      expect(value.isSet).toBe(false);
      set(1, undefined);
      expect(value.value).toBe(1);
    },
  );

  it('throws an AlreadySetError in a subscriber that sets it again, and notifies the others of its value', () => {
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

describe('a chain of 20 000 AsyncValues, each started from the one before', () => {
  it('is settled to its last one when its first one is set', () => {
    const first = new AsyncValue<number>();
    let last: AsyncValue<number> = first;
    for (let length = 0; length < 20_000; length++) last = Future.from(last).start();
    first.set(1);
    expect(last.isSet).toBe(true);
    expect(last.value).toBe(1);
  });
});
