/**
 * `block` where it cannot go on: an error that says what it waits for, and never a hang.
 */
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
import { unhandledErrorsOf } from '../support/unhandled';
import { patience } from '../support/patience';

/** The error a call throws. */
function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('It threw nothing.');
}

const never = (): Promise<string[]> => new Promise(() => undefined);

describe('block on what needs the event loop', () => {
  it('throws a WouldBlockError naming batch and keys of the flight it waits for', () => {
    const nameOf = batch(never, { name: 'nameOf' });
    const error = thrownBy(() => nameOf.many([1, 2]).block());
    expect(error).toBeInstanceOf(WouldBlockError);
    expect(error).toMatchObject({
      code: 'SLUICE_WOULD_BLOCK',
      waitingFor: ['batch "nameOf" in flight (2 key(s): 1, 2)'],
    });
  });

  it('names the first few of many keys', () => {
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
  ])('says what it waits for also when a resolver answers with %s', (_name, resolve, named) => {
    const nameOf = batch<number, string>(resolve, { name: 'nameOf' });
    expect(() => nameOf(1).block()).toThrow(named);
  });

  it('names the task that waits for an Observable or promise', () => {
    for (const input of [NEVER, never()]) {
      const sleeper = task(function* sleeper() {
        yield* Future.from<unknown>(input);
      });
      const error = thrownBy(() => sleeper().block());
      expect(error).toBeInstanceOf(WouldBlockError);
      expect((error as Error).message).toMatch(/task "sleeper"/);
    }
  });

  it('names each of several', () => {
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

  it('names a timer of the scheduler', () => {
    const error = thrownBy(() => Future.from(timer(50, batchScheduler)).block());
    expect((error as Error).message).toMatch(/timer of 50 ms|Observable/);
    expect(error).toBeInstanceOf(WouldBlockError);
  });

  it('cancels what it had begun', () => {
    const signals: AbortSignal[] = [];
    const nameOf = batch((_ids: readonly number[], { signal }) => {
      signals.push(signal);
      return never();
    });
    thrownBy(() => nameOf(1).block());
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('leaves nothing behind: the next block knows nothing of it', () => {
    thrownBy(() => batch(never, { name: 'first' })(1).block());
    const second = thrownBy(() => batch(never, { name: 'second' })(1).block()) as Error;
    expect(second.message).toContain('"second"');
    expect(second.message).not.toContain('"first"');
  });

  it('can be caught inside a task, which then goes on', () => {
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

describe('block on what nothing can bring', () => {
  /** Keys that wait for themselves do so for ever: in a world of their own, where nobody else sees them. */
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

  it('throws a DeadlockError for a resolver that blocks on itself while it takes all the room', () => {
    const nameOf: BatchFunction<number, string> = batch((ids: readonly number[]) => nameOf.many(ids).block(), {
      concurrency: 1,
    });
    expect(thrownBy(() => nameOf(1).block())).toBeInstanceOf(DeadlockError);
  });
});

describe('block with a timeout', () => {
  /** A clock on which each look takes a ms. */
  function ticking(): SchedulerLike {
    let now = 0;
    return Object.assign(new VirtualTimeScheduler(), { now: () => now++ });
  }

  /** Blocks within a scheduler on that clock. */
  function blockOn<T>(clock: SchedulerLike, work: () => T): T {
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

  it('throws a TaskTimeoutError when the program goes on asking for ever', () => {
    const nextOf = batch((ids: readonly number[]) => ids.map((id) => id + 1));
    const endless = task(function* () {
      for (let id = 0; ;) id = yield* nextOf(id);
    });
    const error = thrownBy(() => blockOn(ticking(), () => endless().block(100)));
    expect(error).toBeInstanceOf(TaskTimeoutError);
    expect(error).toMatchObject({ timeoutMs: 100, message: expect.stringContaining('100') as string });
  });

  it('runs the finally blocks of what it gives up', () => {
    const log: string[] = [];
    const nextOf = batch((ids: readonly number[]) => ids.map((id) => id + 1));
    const endless = task(function* () {
      try {
        for (let id = 0; ;) id = yield* nextOf(id);
      } finally {
        log.push('given up');
      }
    });
    thrownBy(() => blockOn(ticking(), () => endless().block(10)));
    expect(log).toEqual(['given up']);
  });

  /** Ends the program where `block` does not. */
  const longAfter = (startedAt: number): boolean => Date.now() - startedAt > patience(10_000);

  it('ends a task that goes on for ever with values that are there', () => {
    const startedAt = Date.now();
    const endless = task(function* () {
      while (!longAfter(startedAt)) yield* Future.of(1);
    });
    expect(() => endless().block(20)).toThrow(TaskTimeoutError);
  });

  it('ends tasks that go on for ever by waking each other', () => {
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

  it('ends what is inside another block, which has no timeout of its own', () => {
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

  it('counts real time where that of the scheduler is virtual, for it stands still meanwhile', () => {
    const startedAt = Date.now();
    const idOf = batch((ids: readonly number[]) => [...ids]);
    const endless = task(function* () {
      while (!longAfter(startedAt)) yield* idOf(1);
    });
    expect(() => blockOn(new VirtualTimeScheduler(), () => endless().block(20))).toThrow(TaskTimeoutError);
  });

  it('that ends a program leaves the others their turn', () => {
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

  it('of 0 gives what is there already, and what can be had at once', () => {
    expect(Future.of(7).block(0)).toBe(7);
    const nameOf = batch(recorder().resolve, { scheduler: new BatchScheduler({ clock: new VirtualTimeScheduler() }) });
    expect(nameOf(1).block(1_000)).toBe('user 1');
  });

  it('of Infinity is no timeout', () => {
    expect(blockOn(ticking(), () => batch(recorder().resolve)(1).block(Infinity))).toBe('user 1');
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

  it('that makes no sense begins nothing', () => {
    const { asked, resolve } = recorder();
    thrownBy(() => batch(resolve)(1).block(-1));
    expect(asked).toEqual([]);
  });
});

describe('block throws the error of what failed, as it is', () => {
  const reason = { not: 'an Error' };

  it.each([
    ['a failed future', () => Future.fail(reason)],
    ['a key that failed', () => batch<number, string>((_ids, flush) => flush.fail(1, reason))(1)],
    ['a task that threw', () => task(() => Future.fail(reason))()],
  ])('%s', (_name, make) => {
    expect(thrownBy(() => make().block())).toBe(reason);
  });

  it('an Observable without a value', () => {
    expect(thrownBy(() => Future.defer(() => []).block())).toBeInstanceOf(EmptyError);
  });
});

describe('block, while other work is due', () => {
  it('in one piece of scheduled work runs those that are due beside it', () => {
    const scheduler = new BatchScheduler();
    const value = new AsyncValue<number>();
    const got: number[] = [];
    scheduler.schedule(() => got.push(value.block()));
    scheduler.schedule(() => value.set(1));
    scheduler.flush();
    expect(got).toEqual([1]);
  });

  it('does not throw what that throws: it is reported', () => {
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
