/** A stream is a cold Observable of the values that a generator function emits between its waits. */
import {
  EmptyError,
  endWith,
  finalize,
  map,
  Observable,
  of,
  startWith,
  Subject,
  throwError,
  timer,
  toArray,
} from 'rxjs';
import { all, AsyncValue, batch, emit, Future, allSettled, stream, task, WouldBlockError, type Emission } from 'sluice';
import { record, inVirtualTime, thrownBy, nextTurn } from '../support/recording-observer';
import { unhandledErrorsOf } from '../support/unhandled';

const no = new Error('no');
const double = batch((ns: readonly number[]) => ns.map((n) => n * 2), { name: 'double' });

describe('a stream', () => {
  it('runs nothing until it is subscribed to', () => {
    let runs = 0;
    stream(function* () {
      runs++;
      yield* emit(1);
    });
    expect(runs).toBe(0);
  });
  it('is an Observable', () => expect(stream(function* () {})).toBeInstanceOf(Observable));
  it('runs its body again for each subscription', () => {
    let runs = 0;
    const counting = stream(function* () {
      yield* emit(++runs);
    });
    expect([record(counting).notifications, record(counting).notifications]).toEqual([
      ['next 1', 'complete'],
      ['next 2', 'complete'],
    ]);
  });
  it('emits the values of its body in order, and completes when the body returns', () => {
    const three = stream(function* () {
      for (const n of [1, 2, 3]) yield* emit(n);
    });
    expect(record(three).notifications).toEqual(['next 1', 'next 2', 'next 3', 'complete']);
  });
  it('completes without a value if its body emits none', () => {
    expect(record(stream(function* () {})).notifications).toEqual(['complete']);
  });
  it('waits for futures between its values', () => {
    const doubled = stream(function* () {
      yield* emit(yield* double(1));
      yield* emit(yield* double(2));
      const [three, four] = yield* all([double(3), double(4)]);
      yield* emit(three + four);
    });
    expect(Future.from(doubled.pipe(toArray())).block()).toEqual([2, 4, 14]);
  });
  it('accepts the inputs of a task in a bare yield, null included', async () => {
    const seen: unknown[] = [];
    const values = stream(function* (): Generator<unknown, void, unknown> {
      seen.push(yield Promise.resolve('promise'), yield of(0, 1), yield [Future.of(2), { a: double(3) }], yield null);
      yield emit('end');
    });
    expect(await Future.from(values)).toBe('end');
    expect(seen).toEqual(['promise', 1, [2, { a: 6 }], null]);
  });
  it('emits by a bare yield as well, and a value may have any type', () => {
    const received: unknown[] = [];
    const future = Future.of(7);
    const list = [future];
    stream(function* () {
      yield emit(future);
      yield emit(list);
      yield* emit(undefined);
    }).subscribe((value) => received.push(value));
    expect(received).toEqual([future, list, undefined]);
    expect(received[0]).toBe(future);
    expect(received[1]).toBe(list);
  });
  it('emits the values of generator functions that its body delegates to', () => {
    function* pair(n: number): Generator<Emission<number>, number> {
      yield* emit(n);
      yield* emit(yield* double(n));
      return n + 1;
    }
    const pairs = stream(function* () {
      const next = yield* pair(1);
      yield* pair(next);
    });
    expect(Future.from(pairs.pipe(toArray())).block()).toEqual([1, 2, 2, 4]);
  });
  it('emits one emission as often as it is yielded', () => {
    const hello = emit('hello');
    const twice = stream(function* () {
      yield* hello;
      yield* hello;
    });
    expect(record(twice).notifications).toEqual(['next hello', 'next hello', 'complete']);
  });
  it('delivers a value before its body continues', () => {
    const log: string[] = [];
    stream(function* () {
      log.push('emits');
      yield* emit(1);
      log.push('continues');
    }).subscribe(() => log.push('received'));
    expect(log).toEqual(['emits', 'received', 'continues']);
  });
  it('runs the generator that a wrapper of its body returns', () => {
    function* body(): Generator<Emission<number>, void> {
      yield* emit(1);
    }
    expect(record(stream(() => body())).notifications).toEqual(['next 1', 'complete']);
  });
  it('waits for an input that its body returns, and drops the value', () => {
    const end = new AsyncValue<void>();
    const { notifications } = record(
      stream(function* () {
        yield* emit(1);
        return end;
      } as never),
    );
    expect(notifications).toEqual(['next 1']);
    end.set();
    expect(notifications).toEqual(['next 1', 'complete']);
  });
  it('composes with operators', () => {
    const values = stream(function* () {
      yield* emit(yield* double(1));
    }).pipe(startWith(0), endWith(9), toArray());
    expect(Future.from(values).block()).toEqual([0, 2, 9]);
  });
  it('can be awaited in a task', () => {
    const numbers = stream(function* () {
      for (const n of [1, 2]) yield* emit(yield* double(n));
    });
    const sum = task(function* () {
      const list = yield* Future.from(numbers.pipe(toArray()));
      const last = yield* Future.from(numbers);
      return [...list, last];
    });
    expect(sum().block()).toEqual([2, 4, 4]);
  });
  it('is named in the error of a block on its external wait', () => {
    const slow = stream(function* slow() {
      yield new Subject();
      yield* emit(1);
    });
    const error = thrownBy(() => Future.from(slow).block());
    expect(error).toBeInstanceOf(WouldBlockError);
    expect((error as Error).message).toContain('task "slow"');
  });
});

describe('a stream that fails', () => {
  const failing = stream(function* failing() {
    yield* emit(1);
    throw no;
  });

  it('delivers the values emitted before the error, and then the same error object', () => {
    const received: unknown[] = [];
    failing.subscribe({
      next: (value) => received.push(value),
      error: (error: unknown) => received.push(error),
    });
    expect(received).toEqual([1, no]);
    expect(received[1]).toBe(no);
  });
  it('fails with the error of its input, unless its body catches the error', () => {
    const catching = stream(function* () {
      try {
        yield throwError(() => no);
      } catch (error) {
        yield* emit(`caught ${String(error)}`);
      } finally {
        yield* emit('finally');
      }
      yield* Future.fail('worse');
    });
    expect(record(catching).notifications).toEqual(['next caught Error: no', 'next finally', 'error worse']);
  });
  it('is named in the TypeError of a wrong yield, which its body may catch', () => {
    const caught: unknown[] = [];
    const catchingBody = stream(function* catchingBody() {
      try {
        yield 7;
      } catch (error) {
        caught.push(error);
      }
      yield* emit('continued');
    });
    expect(record(catchingBody).notifications).toEqual(['next continued', 'complete']);
    expect(caught).toEqual([expect.any(TypeError)]);
    expect(String(caught[0])).toContain('Task "catchingBody" yielded 7');
  });
  it('is named in the EmptyError of its input', () => {
    const visit = stream(function* visit() {
      yield of();
    });
    const error = thrownBy(() => Future.from(visit).block());
    expect(error).toBeInstanceOf(EmptyError);
    expect((error as Error).message).toContain('task "visit" waits for an Observable');
  });
  it('before its first yield delivers the error', () => {
    const { notifications } = record(
      stream(function* () {
        throw no;
      }),
    );
    expect(notifications).toEqual(['error Error: no']);
  });
});

describe('a subscriber that throws', () => {
  const body: string[] = [];
  const three = stream(function* () {
    for (const n of [1, 2, 3]) {
      yield* emit(n);
      body.push(`after ${String(n)}`);
    }
  });
  beforeEach(() => body.splice(0));

  it('is reported as in RxJS, and receives the other values', () => {
    const received: number[] = [];
    const reported = unhandledErrorsOf(() => {
      three.subscribe((n) => {
        received.push(n);
        if (n === 2) throw no;
      });
    });
    expect(reported).toEqual([no]);
    expect(received).toEqual([1, 2, 3]);
    expect(body).toEqual(['after 1', 'after 2', 'after 3']);
  });
  it('in its complete handler is reported too', () => {
    const reported = unhandledErrorsOf(() => {
      three.subscribe({
        complete: () => {
          throw no;
        },
      });
    });
    expect(reported).toEqual([no]);
  });
  it('in its teardown is reported, and the body does not receive the error', () => {
    const received: unknown[] = [];
    let caught: unknown = 'nothing';
    const reported = unhandledErrorsOf(() => {
      const gate = new AsyncValue<void>();
      const source = stream(function* () {
        yield* gate;
        try {
          yield* emit(1);
        } catch (error) {
          caught = error;
        }
      });
      const throwing = source.pipe(
        finalize(() => {
          throw no;
        }),
        map(() => {
          throw new Error('wrong');
        }),
      );
      throwing.subscribe({ error: (error: unknown) => received.push(error) });
      gate.set();
    });
    expect(received).toEqual([new Error('wrong')]);
    expect(caught).toBe('nothing');
    expect(reported).toMatchObject([{ name: 'UnsubscriptionError', errors: [no] }]);
  });
});

describe('an emission outside of a stream', () => {
  /** The error that a task with this body and this name catches at its yield. */
  const caughtBy = (yielded: () => unknown): unknown => {
    const catching = task(function* catching() {
      try {
        yield yielded();
        return 'nothing';
      } catch (error) {
        yield* Future.of('continued');
        return error;
      }
    });
    return catching().block();
  };

  it.each<[string, () => unknown]>([
    ['by itself', () => emit(7)],
    ['in an array', () => [emit(7)]],
    ['in all', () => all([emit(7) as unknown as Future<void>])],
    [
      'in a task that a stream waits for',
      () => Future.from(stream(() => waitingFor(task<[], unknown, unknown>(emitting)()))),
    ],
  ])('%s throws a TypeError at the yield, where the body can catch it', (_, yielded) => {
    const error = caughtBy(yielded);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toMatch(/^emit\(7\) was yielded by task "(catching|emitting)", not by the body/);
  });
  function* emitting(): Generator<Emission<number>, void> {
    yield* emit(7);
  }
  function* waitingFor(future: Future<unknown>): Generator<never, void> {
    yield* future;
  }
  it('in an all that the body of a stream yields throws a TypeError too', () => {
    const { notifications } = record(
      stream(function* rows() {
        yield [emit(7)];
      }),
    );
    expect(notifications).toEqual([
      expect.stringMatching(/^error TypeError: emit\(7\) was yielded by task "rows", not by/),
    ]);
  });
  it('rejects with a TypeError when it is used as a future', async () => {
    const future = emit(7) as unknown as Future<void>;
    expect(record(future).notifications).toEqual([
      expect.stringMatching(/^error TypeError: emit\(7\) was used not by the body/),
    ]);
    await expect(future).rejects.toBeInstanceOf(TypeError);
  });
});

describe('the body of a stream', () => {
  it.each([[7], [null], [undefined], [{}], ['f'], [of(1)]])(
    'cannot be %p: stream throws a TypeError at the call',
    (body) => {
      expect(() => stream(body as never)).toThrow(TypeError);
      expect(() => stream(body as never)).toThrow(/^stream: expected `body` to be a generator function; got /);
    },
  );
  it('cannot be a generator object: the TypeError advises to pass the function', () => {
    function* rows(): Generator<Emission<number>, void> {
      yield* emit(1);
    }
    expect(() => stream(rows() as never)).toThrow('Pass the generator function itself');
  });
  it('cannot be an async generator function: the TypeError at the call advises how to write it', () => {
    async function* rows(): AsyncGenerator<number> {
      yield await Promise.resolve(1);
    }
    expect(() => stream(rows as never)).toThrow(TypeError);
    expect(() => stream(rows as never)).toThrow(
      /^stream "rows": its body is an async generator function.*Write function\*/,
    );
  });
  it.each<[string, () => unknown]>([
    ['a value', () => 7],
    ['nothing', () => undefined],
    ['an Observable', () => of(1)],
    ['a future', () => Future.of(1)],
    ['a promise', async () => Promise.resolve(1)],
    ['an array', () => [1]],
  ])('cannot be a function that returns %s: each subscription fails with a TypeError', (_, body) => {
    const { notifications } = record(stream(body as never));
    expect(notifications).toEqual([
      expect.stringMatching(/^error TypeError: stream "\w+": its body returned .* not a generator/),
    ]);
  });
  it('may throw when it is called', () => {
    const throwing = stream(() => {
      throw no;
    });
    expect(record(throwing).notifications).toEqual(['error Error: no']);
  });
});

describe('several streams', () => {
  it('that one task awaits are all settled', async () => {
    const good = stream(function* () {
      yield* emit(yield* double(1));
    });
    const bad = stream(function* () {
      yield* emit(1);
      throw no;
    });
    const results = await allSettled([good, bad]);
    expect(results).toEqual([
      { status: 'fulfilled', value: 2 },
      { status: 'rejected', reason: no },
    ]);
  });
  it('of one function are independent of each other', async () => {
    const gates = [new AsyncValue<string>(), new AsyncValue<string>()];
    let runs = 0;
    const gated = stream(function* () {
      const gate = gates[runs++];
      yield* emit('waits');
      if (gate) yield* emit(yield* gate);
    });
    const [first, second] = [record(gated), record(gated)];
    gates[1]?.set('second');
    await nextTurn();
    expect([first.notifications, second.notifications]).toEqual([
      ['next waits'],
      ['next waits', 'next second', 'complete'],
    ]);
    gates[0]?.set('first');
    expect(first.notifications).toEqual(['next waits', 'next first', 'complete']);
  });
  it('run on virtual time', () => {
    inVirtualTime((time) => {
      const ticking = stream(function* () {
        for (const name of ['a', 'b', 'c']) {
          yield timer(2);
          yield* emit(name);
        }
      });
      time.expectObservable(ticking).toBe('--a-b-(c|)');
      time.expectObservable(ticking, '---^').toBe('-----a-b-(c|)');
    });
  });
});
