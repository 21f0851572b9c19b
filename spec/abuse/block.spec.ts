/** `block` that cannot return throws an error that names what it waits for, and never hangs. */
import { EmptyError, NEVER, observeOn, of, timer, VirtualTimeScheduler, type SchedulerLike } from 'rxjs';
import {
  all,
  AsyncValue,
  batch,
  BatchScheduler,
  batchScheduler,
  DeadlockError,
  Future,
  task,
  TaskTimeoutError,
  WouldBlockError,
  type BatchFunction,
} from 'sluice';
import { recorder } from '../batch/virtual-run';
import { thrownBy } from '../support/recording-observer';
import { unhandledErrorsOf } from '../support/unhandled';
import { patience } from '../support/patience';

const never = (): Promise<string[]> => new Promise(() => undefined);

describe('block on work that needs the event loop', () => {
  it('throws a WouldBlockError that names the batch and the keys of the flight', () => {
    const nameOf = batch(never, { name: 'nameOf' });
    const error = thrownBy(() => nameOf.many([1, 2]).block());
    expect(error).toBeInstanceOf(WouldBlockError);
    expect(error).toMatchObject({
      code: 'SLUICE_WOULD_BLOCK',
      waitingFor: ['batch "nameOf" in flight (2 key(s): 1, 2)'],
    });
  });

  it('names the first five of many keys', () => {
    const nameOf = batch(never);
    const { message } = thrownBy(() => nameOf.many(Array.from({ length: 10_000 }, (_, id) => id)).block()) as Error;
    expect(message).toMatch(/10000 key\(s\): 0, 1, 2, 3, 4, …/);
  });

  it.each([
    ['a Future of a promise', () => Future.from(never()), /batch "nameOf"/],
    [
      'the future of a task',
      task(function lookUp() {
        return never();
      }),
      /task "lookUp"/,
    ],
    [
      'the future of another batch function',
      () => batch(never, { name: 'inner' }).many([7]),
      /batch "inner" in flight \(1 key\(s\): 7\)/,
    ],
  ])('names the innermost wait if a resolver returns %s', (_name, resolve, named) => {
    const nameOf = batch<number, string>(resolve, { name: 'nameOf' });
    expect(() => nameOf(1).block()).toThrow(named);
  });

  it('names the task that waits for an Observable or a promise', () => {
    for (const input of [NEVER, never()]) {
      const sleeper = task(function* sleeper() {
        yield* Future.from<unknown>(input);
      });
      const error = thrownBy(() => sleeper().block());
      expect(error).toBeInstanceOf(WouldBlockError);
      expect((error as Error).message).toMatch(/task "sleeper"/);
    }
  });

  it('names each of several waits', () => {
    const [nameOf, ageOf] = [batch(never, { name: 'nameOf' }), batch(never, { name: 'ageOf' })];
    const sleeper = task(function* sleeper() {
      yield NEVER;
    });
    const { waitingFor } = thrownBy(() => all([nameOf(1), ageOf(2), sleeper()]).block()) as WouldBlockError;
    expect(waitingFor).toHaveLength(3);
    for (const name of ['nameOf', 'ageOf', 'sleeper'])
      expect(waitingFor.filter((one) => one.includes(`"${name}"`))).toHaveLength(1);
  });

  it('names an AsyncValue that is not set', () => {
    const error = thrownBy(() => new AsyncValue<number>().block());
    expect(error).toBeInstanceOf(WouldBlockError);
    expect((error as Error).message).toMatch(/AsyncValue/);
  });

  it('names a timer of the scheduler, or the Observable that waits for it', () => {
    const error = thrownBy(() => Future.from(timer(50, batchScheduler)).block());
    expect((error as Error).message).toMatch(/timer of 50 ms|Observable/);
    expect(error).toBeInstanceOf(WouldBlockError);
  });

  it('aborts the flights it has started', () => {
    const signals: AbortSignal[] = [];
    const nameOf = batch((_ids: readonly number[], { signal }) => {
      signals.push(signal);
      return never();
    });
    thrownBy(() => nameOf(1).block());
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('leaves no wait that the next block would name', () => {
    thrownBy(() => batch(never, { name: 'first' })(1).block());
    const second = thrownBy(() => batch(never, { name: 'second' })(1).block()) as Error;
    expect(second.message).toContain('"second"');
    expect(second.message).not.toContain('"first"');
  });

  it('throws an error that a task can catch, and the task continues', () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const careful = task(function* () {
      try {
        return batch(never)(1).block()[0];
      } catch (error) {
        return yield* Future.of((error as WouldBlockError).code);
      }
    });
    expect(careful().block()).toBe('SLUICE_WOULD_BLOCK');
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });
});

describe('block on work that waits for itself', () => {
  /** Runs `work` on an isolated scheduler, because keys that wait for themselves stay pending. */
  const deadlockIn = (work: () => unknown): unknown => thrownBy(() => new BatchScheduler().runQueue.drive(work));

  it('throws a DeadlockError for a resolver that waits for its own key', () => {
    const nameOf: BatchFunction<number, string> = batch<number, string>((ids) => nameOf.many(ids), { cache: true });
    expect(deadlockIn(() => nameOf(1).block())).toBeInstanceOf(DeadlockError);
  });

  it('throws a DeadlockError for two batch functions that wait for each other', () => {
    const here: BatchFunction<number, string> = batch<number, string>((ids) => there.many(ids), { cache: true });
    const there = batch<number, string>((ids) => here.many(ids), { cache: true });
    expect(deadlockIn(() => here(1).block())).toBeInstanceOf(DeadlockError);
  });

  it('throws a DeadlockError for a resolver that blocks on its own function while that has no free slot', () => {
    const nameOf: BatchFunction<number, string> = batch((ids: readonly number[]) => nameOf.many(ids).block(), {
      concurrency: 1,
    });
    expect(thrownBy(() => nameOf(1).block())).toBeInstanceOf(DeadlockError);
  });
});

describe('block with a time limit', () => {
  /** A clock that advances by 1 ms at each call of `now`. */
  function tickingClock(): SchedulerLike {
    let now = 0;
    return Object.assign(new VirtualTimeScheduler(), { now: () => now++ });
  }

  /** Calls `work` on a scheduler with `clock`. */
  function callOn<T>(clock: SchedulerLike, work: () => T): T {
    const scheduler = new BatchScheduler({ clock });
    let outcome: { value: T } | { error: unknown } | undefined;
    scheduler.schedule(() => {
      try {
        outcome = { value: work() };
      } catch (error) {
        outcome = { error };
      }
    });
    scheduler.flush();
    if (outcome && 'value' in outcome) return outcome.value;
    throw outcome?.error;
  }

  it('throws a TaskTimeoutError if the task never stops requesting keys', () => {
    const nextOf = batch((ids: readonly number[]) => ids.map((id) => id + 1));
    const endless = task(function* () {
      for (let id = 0; ;) id = yield* nextOf(id);
    });
    const error = thrownBy(() => callOn(tickingClock(), () => endless().block(100)));
    expect(error).toBeInstanceOf(TaskTimeoutError);
    expect(error).toMatchObject({ timeoutMs: 100, message: expect.stringContaining('100') as string });
  });

  it('runs the finally blocks of the cancelled task', () => {
    const log: string[] = [];
    const nextOf = batch((ids: readonly number[]) => ids.map((id) => id + 1));
    const endless = task(function* () {
      try {
        for (let id = 0; ;) id = yield* nextOf(id);
      } finally {
        log.push('cleaned up');
      }
    });
    thrownBy(() => callOn(tickingClock(), () => endless().block(10)));
    expect(log).toEqual(['cleaned up']);
  });

  /** Ends a program that `block` fails to end. */
  const longAfter = (startedAt: number): boolean => Date.now() - startedAt > patience(10_000);

  it('ends a task that never stops yielding values that have arrived', () => {
    const startedAt = Date.now();
    const endless = task(function* () {
      while (!longAfter(startedAt)) yield* Future.of(1);
    });
    expect(() => endless().block(20)).toThrow(TaskTimeoutError);
  });

  it('ends tasks that never stop resuming each other', () => {
    const startedAt = Date.now();
    const woken = task(function* () {
      const value = new AsyncValue<number>();
      const waking = task(function* () {
        value.set(yield* Future.of(1));
      });
      waking().start();
      return yield* value;
    });
    const endless = task(function* () {
      while (!longAfter(startedAt)) yield* woken();
    });
    expect(() => endless().block(20)).toThrow(TaskTimeoutError);
  });

  it('ends a block inside it that has no time limit', () => {
    const startedAt = Date.now();
    const endless = task(function* () {
      while (!longAfter(startedAt)) yield* Future.of(1);
    });
    const around = task(() => endless().block());
    const warned = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    expect(() => around().block(20)).toThrow(TaskTimeoutError);
    expect(warned).toHaveBeenCalledTimes(1);
    warned.mockRestore();
  });

  it('counts real time if the clock of the scheduler is virtual', () => {
    const startedAt = Date.now();
    const idOf = batch((ids: readonly number[]) => [...ids]);
    const endless = task(function* () {
      while (!longAfter(startedAt)) yield* idOf(1);
    });
    expect(() => callOn(new VirtualTimeScheduler(), () => endless().block(20))).toThrow(TaskTimeoutError);
  });

  it('that ends one program does not prevent other work from running', () => {
    const startedAt = Date.now();
    const other = Future.from(of(7).pipe(observeOn(batchScheduler)));
    const endless = task(function* () {
      while (!longAfter(startedAt)) yield* Future.of(1);
    });
    const value = new AsyncValue<number>();
    const waiter = task(function* () {
      return (yield* value) + (yield* other);
    })().start();
    value.set(1);
    expect(() => endless().block(20)).toThrow(TaskTimeoutError);
    expect(waiter.block(1_000)).toBe(8);
  });

  it('of 0 returns a value that has arrived, and of 1000 ms one that needs no event loop', () => {
    expect(Future.of(7).block(0)).toBe(7);
    const nameOf = batch(recorder().resolve, { scheduler: new BatchScheduler({ clock: new VirtualTimeScheduler() }) });
    expect(nameOf(1).block(1_000)).toBe('user 1');
  });

  it('of Infinity has no effect', () => {
    expect(callOn(tickingClock(), () => batch(recorder().resolve)(1).block(Infinity))).toBe('user 1');
  });

  it.each([-1, NaN, -Infinity, '5', null, {}, 5n])(
    'of %p is a TypeError, for a Future as for an AsyncValue',
    (timeout) => {
      for (const single of [Future.of(7), Future.of(7).start()]) {
        const block = (): unknown => single.block(timeout as number);
        expect(block).toThrow(TypeError);
        expect(block).toThrow(/expected `timeoutMs` to be a number of ms, 0 or more; got/);
        expect(block).toThrow(`(${typeof timeout}).`);
      }
    },
  );

  it('that is wrong prevents any load', () => {
    const { asked, resolve } = recorder();
    thrownBy(() => batch(resolve)(1).block(-1));
    expect(asked).toEqual([]);
  });
});

describe('block throws an error as the same object', () => {
  const reason = { not: 'an Error' };

  it.each([
    ['a failed future', () => Future.fail(reason)],
    ['a key that failed', () => batch<number, string>((_ids, flush) => flush.fail(1, reason))(1)],
    ['a task that threw', () => task(() => Future.fail(reason))()],
  ])('%s', (_name, make) => {
    expect(thrownBy(() => make().block())).toBe(reason);
  });

  it('an EmptyError for an Observable without a value', () => {
    expect(thrownBy(() => Future.defer(() => []).block())).toBeInstanceOf(EmptyError);
  });
});

describe('block while other work is scheduled', () => {
  it('runs the other scheduled work', () => {
    const scheduler = new BatchScheduler();
    const value = new AsyncValue<number>();
    const got: number[] = [];
    scheduler.schedule(() => got.push(value.block()));
    scheduler.schedule(() => value.set(1));
    scheduler.flush();
    expect(got).toEqual([1]);
  });

  it('reports an error of the other work, and does not throw it', () => {
    const error = new Error('thrown by other work');
    batchScheduler.schedule(() => {
      throw error;
    });
    let name: string | undefined;
    const reported = unhandledErrorsOf(() => (name = batch(recorder().resolve)(1).block()));
    expect(name).toBe('user 1');
    expect(reported).toEqual([error]);
  });
});
