/** `wait`, `get` and `block` of an AsyncValue: three answers to the same question, and to its time being over. */
import { NEVER, timer } from 'rxjs';
import {
  AsyncList,
  AsyncValue,
  batch,
  BatchScheduler,
  Future,
  run,
  Scope,
  task,
  TaskTimeoutError,
  WouldBlockError,
} from 'sluice';
import { StartedFuture } from '../../src/future/started-future';
import { hear, thrownBy } from './hear';

const no = new Error('no');
const double = batch((ns: readonly number[]) => ns.map((n) => n * 2), { name: 'double' });

/** A value that is on its way, and needs no event loop. */
const coming = () => double(21).start();
/** One that fails on its way. */
const failing = () =>
  task(function* () {
    yield* double(1);
    throw no;
  })().start();
/** One that only the event loop can bring. */
const away = () => Future.from(timer(60_000)).start();
/** One that always has something to do, and never ends: in a world of its own, so that others can be waited for. */
const endless = () => {
  const asks = task(function* () {
    for (;;) yield* double(1);
  });
  return new StartedFuture(asks(), new BatchScheduler());
};

describe.each([[undefined], [1_000]])('a value that can come without the event loop, given %p ms', (timeoutMs) => {
  it('comes, by wait', () => {
    const value = coming();
    expect(value.isSet).toBe(false);
    expect(value.wait(timeoutMs)).toBe(true);
    expect(value.value).toBe(42);
  });
  it('comes, by get', () => expect(coming().get(timeoutMs)).toBe(42));
  it('comes, by block', () => expect(coming().block(timeoutMs)).toBe(42));
  it('and fails, is waited for in peace, and throws by get and block', () => {
    const value = failing();
    expect(value.wait(timeoutMs)).toBe(true);
    expect(value.error).toBe(no);
    expect(thrownBy(() => failing().get(timeoutMs))).toBe(no);
    expect(thrownBy(() => failing().block(timeoutMs))).toBe(no);
  });
});

describe.each<[string, () => AsyncValue<unknown>]>([
  ['needs the event loop', away],
  ['is a cell that nobody sets', () => new AsyncValue<number>()],
  ['goes on for ever', endless],
  ['is a list of such', () => new AsyncList([away(), coming()])],
  ['is a run', () => run([NEVER])],
])('the time is over for a value that %s', (_, make) => {
  let value: AsyncValue<unknown>;
  // In braces: what a hook returns is awaited, and this is not to come.
  beforeEach(() => {
    value = make();
  });
  afterEach(() => value.cancel());

  it('and wait says false', () => expect(value.wait(5)).toBe(false));
  it('and get gives undefined', () => expect(value.get(5)).toBeUndefined());
  it('and block throws a TaskTimeoutError', () => expect(() => value.block(5)).toThrow(TaskTimeoutError));
  it('and it can still come', () => {
    value.wait(5);
    expect(value.isSet).toBe(false);
  });
});

describe('a value that needs the event loop, given no time', () => {
  it.each<['wait' | 'get' | 'block']>([['wait'], ['get'], ['block']])('is a WouldBlockError by %s', (method) => {
    const value = away();
    const error = thrownBy(() => value[method]());
    expect(error).toBeInstanceOf(WouldBlockError);
    expect(String(error)).toContain('an Observable or promise');
    value.cancel();
  });

  it('is the cause of a TaskTimeoutError, given some', () => {
    const cell = new AsyncValue();
    const error = thrownBy(() => cell.block(5)) as TaskTimeoutError;
    expect(error.cause).toBeInstanceOf(WouldBlockError);
    expect(error.timeoutMs).toBe(5);
  });

  it('does not hold the thread for it: what cannot come is not waited for', () => {
    // Were it waited for, this spec would take an hour.
    expect(new AsyncValue().wait(3_600_000)).toBe(false);
  });
});

describe('with no time at all', () => {
  it('wait and get run nothing', () => {
    const flushed: unknown[] = [];
    const watching = double.flushes$.subscribe((flush) => flushed.push(flush));
    const value = coming();
    expect([value.wait(0), value.get(0), value.isSet, flushed]).toEqual([false, undefined, false, []]);
    expect(value.block()).toBe(42);
    watching.unsubscribe();
  });

  it('they see what has come', () => {
    const value = new AsyncValue<number>();
    value.set(7);
    expect([value.wait(0), value.get(0), value.block(0)]).toEqual([true, 7, 7]);
    const failed = new AsyncValue<number>();
    failed.fail(no);
    expect(failed.wait(0)).toBe(true);
    expect(thrownBy(() => failed.get(0))).toBe(no);
    expect(thrownBy(() => failed.block(0))).toBe(no);
  });
});

describe.each<['wait' | 'get' | 'block']>([['wait'], ['get'], ['block']])('%s', (method) => {
  it.each([[-1], [NaN], ['5'], [null]])('refuses %p ms, whether it is set or not', (timeoutMs) => {
    const set = Future.of(1).start();
    for (const value of [set, new AsyncValue()]) {
      expect(() => value[method](timeoutMs as never)).toThrow(TypeError);
      expect(() => value[method](timeoutMs as never)).toThrow(
        `${method}: expected \`timeoutMs\` to be a number of milliseconds`,
      );
    }
  });

  it('drives started work on its own scheduler, whoever asks', () => {
    const scheduler = new BatchScheduler();
    const value = new StartedFuture(double(21), scheduler);
    value[method]();
    expect(value.value).toBe(42);
  });

  it('drives work of a scope', () => {
    const scope = new Scope({ scheduler: new BatchScheduler() });
    const value = scope.start(() => double(21));
    value[method]();
    expect(value.value).toBe(42);
    scope.close();
  });

  it('works where a task that runs asks for it', () => {
    const warn = jest.spyOn(console, 'warn').mockReturnValue();
    const asks = task(() => {
      const value = coming();
      value[method]();
      return value.value;
    });
    expect(asks().block()).toBe(42);
    warn.mockRestore();
  });

  it('works where a subscriber of another value asks for it', () => {
    const first = new AsyncValue<number>();
    const seen: unknown[] = [];
    first.subscribe(() => {
      const value = coming();
      value[method]();
      seen.push(value.value);
    });
    first.set(1);
    expect(seen).toEqual([42]);
  });

  it('leaves those who wait where they are', () => {
    const value = new AsyncValue<number>();
    const { heard } = hear(value);
    try {
      value[method](1);
    } catch {
      // The time was over.
    }
    value.set(1);
    expect(heard).toEqual(['next 1', 'complete']);
  });
});

it('a value that was set by hand while it was blocked on is given', () => {
  const cell = new AsyncValue<number>();
  task(function* () {
    yield* double(1);
    cell.set(7);
  })().subscribe();
  const sets = task(function* () {
    return yield* cell;
  });
  expect(sets().start().block()).toBe(7);
});
