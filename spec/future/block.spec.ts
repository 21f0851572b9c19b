import { NEVER, Observable, timer } from 'rxjs';
import { all, AsyncValue, batch, Future, task, TaskTimeoutError, WouldBlockError } from 'sluice';
import { thrownBy } from '../support/recording-observer';

const no = new Error('no');
const double = batch((ns: readonly number[]) => ns.map((n) => n * 2), { name: 'double' });
let warn: jest.SpyInstance;
beforeEach(() => (warn = jest.spyOn(console, 'warn').mockReturnValue()));
afterEach(() => {
  warn.mockRestore();
  jest.restoreAllMocks();
});

describe('block', () => {
  it('returns a value that has arrived', () => expect(Future.of(1).block()).toBe(1));
  it('flushes batches with synchronous resolvers', () => expect(double(1).block()).toBe(2));
  it('flushes a batch once', () => {
    const flushes: unknown[] = [];
    const watching = double.flushes$.subscribe(({ keys, reason }) => flushes.push([keys, reason]));
    expect(all([double(1), double(2)]).block()).toEqual([2, 4]);
    watching.unsubscribe();
    expect(flushes).toEqual([[[1, 2], 'forced']]);
  });
  it('does not wait for a window or a hold', () => {
    const held = batch((ns: readonly number[]) => ns.map((n) => n * 2), { window: 1_000, hold: 1_000 });
    expect(held(1).block()).toBe(2);
  });
  it('runs nested tasks', () => {
    const sum = task(function* (n: number): Generator<unknown, number, number> {
      return n === 0 ? 0 : (yield* double(n)) + (yield* sum(n - 1));
    });
    expect(sum(3).block()).toBe(12);
  });
  it('throws the same error object', () => {
    const failing = task(function* () {
      yield* double(1);
      throw no;
    });
    expect(thrownBy(() => failing().block())).toBe(no);
  });
  it('returns the value of an AsyncValue that is set', () => {
    const value = new AsyncValue<number>();
    value.set(1);
    expect(value.block()).toBe(1);
  });
  it.each([[-1], [NaN], ['5']])('throws a TypeError for a time limit of %p', (time) => {
    expect(() => Future.of(1).block(time as number)).toThrow(/^block: expected `timeoutMs` to be a number of ms/);
  });
});

describe('block on work that needs the event loop', () => {
  it('throws WouldBlockError and names the task that waits', () => {
    const waiter = task(function* waiter() {
      yield NEVER;
    });
    expect(() => waiter().block()).toThrow(WouldBlockError);
    expect(() => waiter().block()).toThrow('task "waiter"');
  });
  it('names the batch in flight, and its keys', () => {
    const slow = batch((ns: readonly number[]) => Promise.resolve(ns), { name: 'slow' });
    expect(() => all([slow(1), slow(2)]).block()).toThrow('batch "slow" in flight (2 key(s): 1, 2)');
  });
  it('throws WouldBlockError for a promise, even a settled one', () => {
    expect(() => Future.from(Promise.resolve(1)).block()).toThrow(WouldBlockError);
  });
  it('throws WouldBlockError for an AsyncValue that is not set', () => {
    expect(() => new AsyncValue().block()).toThrow('an AsyncValue that is not set');
  });
  it('unsubscribes from its source before it throws', () => {
    let left = 0;
    const source = new Observable(() => () => left++);
    expect(() => Future.from(source).block()).toThrow(WouldBlockError);
    expect(left).toBe(1);
  });
  it('runs the finally blocks before it throws', () => {
    const log: string[] = [];
    const careful = task(function* () {
      try {
        yield timer(1);
      } finally {
        log.push('cleaned');
      }
    });
    expect(() => careful().block()).toThrow(WouldBlockError);
    expect(log).toEqual(['cleaned']);
  });
  it('leaves no wait behind that the next block would name', () => {
    expect(() => Future.from(NEVER).block()).toThrow(WouldBlockError);
    const { waitingFor } = thrownBy(() => new AsyncValue().block()) as WouldBlockError;
    expect(waitingFor).toEqual(['an AsyncValue that is not set']);
  });
  it('throws TaskTimeoutError for a program that never ends', () => {
    let now = 0;
    jest.spyOn(Date, 'now').mockImplementation(() => now++);
    const endless = task(function* () {
      for (;;) yield* double(1);
    });
    expect(() => endless().block(100)).toThrow(TaskTimeoutError);
  });
});

describe('block inside a task', () => {
  it('returns the value', () => {
    const blocking = task(function* () {
      return double(1).block() + (yield* double(2));
    });
    expect(blocking().block()).toBe(6);
  });
  it('warns once for each task function, with its name', () => {
    const one = task(function one() {
      return double(1).block();
    });
    const other = task(function other() {
      return double(1).block();
    });
    all([one(), one(), other()]).block();
    expect(warn.mock.calls).toEqual([[expect.stringContaining('"one"')], [expect.stringContaining('"other"')]]);
  });
  it('does not warn outside of tasks', () => {
    double(1).block();
    expect(warn).not.toHaveBeenCalled();
  });
  it('does not warn in a resolver or a subscriber that no task has called', () => {
    task(function* () {
      yield* double(1);
    })().subscribe(() => double(2).block());
    double(3).block();
    expect(warn).not.toHaveBeenCalled();
  });
  it('throws an error that the task can catch', () => {
    const careful = task(function () {
      return thrownBy(() => Future.fail(no).block());
    });
    expect(careful().block()).toBe(no);
  });
  it('flushes the keys of other tasks along with its own', () => {
    const keys: (readonly number[])[] = [];
    const watching = double.flushes$.subscribe((flush) => keys.push(flush.keys));
    const blocking = task(() => double(2).block());
    expect(all([double(1), blocking(), double(3)]).block()).toEqual([2, 4, 6]);
    watching.unsubscribe();
    expect(keys).toEqual([[1, 2], [3]]);
  });
});
