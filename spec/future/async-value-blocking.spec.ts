/** `wait`, `get` and `block` of an AsyncValue: what each returns or throws, also after its time limit. */
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
import { record, thrownBy } from '../support/recording-observer';

const no = new Error('no');
const double = batch((ns: readonly number[]) => ns.map((n) => n * 2), { name: 'double' });

/** A value that arrives without the event loop. */
const arriving = () => double(21).start();
/** A value that fails without the event loop. */
const failing = () =>
  task(function* () {
    yield* double(1);
    throw no;
  })().start();
/** A value that needs the event loop. */
const onTimer = () => Future.from(timer(60_000)).start();
/** A value whose work never ends and is always busy, on an isolated scheduler. */
const endless = () => {
  const asks = task(function* () {
    for (;;) yield* double(1);
  });
  return new StartedFuture(asks(), new BatchScheduler());
};

describe.each([[undefined], [1_000]])(
  'an AsyncValue that needs no event loop, with a time limit of %p ms',
  (timeoutMs) => {
    it('makes wait return true', () => {
      const value = arriving();
      expect(value.isSet).toBe(false);
      expect(value.wait(timeoutMs)).toBe(true);
      expect(value.value).toBe(42);
    });
    it('is returned by get', () => expect(arriving().get(timeoutMs)).toBe(42));
    it('is returned by block', () => expect(arriving().block(timeoutMs)).toBe(42));
    it('makes wait return true if it fails, while get and block throw its error', () => {
      const value = failing();
      expect(value.wait(timeoutMs)).toBe(true);
      expect(value.error).toBe(no);
      expect(thrownBy(() => failing().get(timeoutMs))).toBe(no);
      expect(thrownBy(() => failing().block(timeoutMs))).toBe(no);
    });
  },
);

describe.each<[string, () => AsyncValue<unknown>]>([
  ['needs the event loop', onTimer],
  ['is never set', () => new AsyncValue<number>()],
  ['has work without end', endless],
  ['is a list with such an input', () => new AsyncList([onTimer(), arriving()])],
  ['is a run', () => run([NEVER])],
])('after the time limit for a value that %s', (_, make) => {
  let value: AsyncValue<unknown>;
  // In braces, because jest awaits what a hook returns, and this value never arrives.
  beforeEach(() => {
    value = make();
  });
  afterEach(() => value.cancel());

  it('wait returns false', () => expect(value.wait(5)).toBe(false));
  it('get returns undefined', () => expect(value.get(5)).toBeUndefined());
  it('block throws a TaskTimeoutError', () => expect(() => value.block(5)).toThrow(TaskTimeoutError));
  it('the value can still be set', () => {
    value.wait(5);
    expect(value.isSet).toBe(false);
  });
});

describe('an AsyncValue that needs the event loop', () => {
  it.each<['wait' | 'get' | 'block']>([['wait'], ['get'], ['block']])(
    'makes %s without a time limit throw a WouldBlockError',
    (method) => {
      const value = onTimer();
      const error = thrownBy(() => value[method]());
      expect(error).toBeInstanceOf(WouldBlockError);
      expect(String(error)).toContain('an Observable or promise');
      value.cancel();
    },
  );

  it('makes block with a time limit throw a TaskTimeoutError whose cause is the WouldBlockError', () => {
    const cell = new AsyncValue();
    const error = thrownBy(() => cell.block(5)) as TaskTimeoutError;
    expect(error.cause).toBeInstanceOf(WouldBlockError);
    expect(error.timeoutMs).toBe(5);
  });

  it('is not waited for until the time limit, because it cannot arrive while the thread is blocked', () => {
    // A real wait would take an hour.
    expect(new AsyncValue().wait(3_600_000)).toBe(false);
  });
});

describe('with a time limit of 0', () => {
  it('wait and get run nothing', () => {
    const flushed: unknown[] = [];
    const watching = double.flushes$.subscribe((flush) => flushed.push(flush));
    const value = arriving();
    expect([value.wait(0), value.get(0), value.isSet, flushed]).toEqual([false, undefined, false, []]);
    expect(value.block()).toBe(42);
    watching.unsubscribe();
  });

  it('wait, get and block return a value that has arrived', () => {
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
  it.each([[-1], [NaN], ['5'], [null]])(
    'throws a TypeError for a time limit of %p, whether the value is set or not',
    (timeoutMs) => {
      const set = Future.of(1).start();
      for (const value of [set, new AsyncValue()]) {
        expect(() => value[method](timeoutMs as never)).toThrow(TypeError);
        expect(() => value[method](timeoutMs as never)).toThrow(
          `${method}: expected \`timeoutMs\` to be a number of ms`,
        );
      }
    },
  );

  it('drives started work on the scheduler of that work', () => {
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

  it('works inside a running task', () => {
    const warn = jest.spyOn(console, 'warn').mockReturnValue();
    const asks = task(() => {
      const value = arriving();
      value[method]();
      return value.value;
    });
    expect(asks().block()).toBe(42);
    warn.mockRestore();
  });

  it('works inside a subscriber of another value', () => {
    const first = new AsyncValue<number>();
    const seen: unknown[] = [];
    first.subscribe(() => {
      const value = arriving();
      value[method]();
      seen.push(value.value);
    });
    first.set(1);
    expect(seen).toEqual([42]);
  });

  it('keeps the other waiters subscribed', () => {
    const value = new AsyncValue<number>();
    const { notifications } = record(value);
    try {
      value[method](1);
    } catch {
      // The time limit was over.
    }
    value.set(1);
    expect(notifications).toEqual(['next 1', 'complete']);
  });
});

it('block returns a value that is set by hand during the block', () => {
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
