/**
 * `pool.scheduler` satisfies the contract of RxJS, and runs an action when the pool has a free thread for its tasks.
 */
import {
  config,
  filter,
  lastValueFrom,
  mergeMap,
  observeOn,
  of,
  range,
  scheduled,
  take,
  timer,
  toArray,
  type SchedulerAction,
  type SchedulerLike,
} from 'rxjs';
import { WorkerPool } from 'sluice/pool';
import { nextTurn } from '../support/recording-observer';

let pool: WorkerPool;
let scheduler: SchedulerLike;
beforeAll(() => {
  pool = new WorkerPool({ size: 1, grace: 50 });
  ({ scheduler } = pool);
});
afterAll(() => pool.close({ force: true }));

const square = (n: number): number => n * n;

/** Resolves when work has run that was scheduled earlier with a delay of at most `ms`. */
const after = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    scheduler.schedule(() => {
      resolve();
    }, ms);
  });

describe('the scheduler of a pool', () => {
  it('runs work in a later turn, never in that of the caller', async () => {
    const order: string[] = [];
    scheduler.schedule(() => order.push('work'));
    order.push('caller');
    await after(0);
    expect(order).toEqual(['caller', 'work']);
  });

  it('runs work after its delay, the shortest delay first', async () => {
    const order: string[] = [];
    scheduler.schedule(() => order.push('after 20'), 20);
    scheduler.schedule(() => order.push('after 2'), 2);
    scheduler.schedule(() => order.push('at once'), 0);
    while (order.length < 3) await after(1);
    expect(order).toEqual(['at once', 'after 2', 'after 20']);
  });

  it('has the time of the platform', () => {
    const before = Date.now();
    expect(scheduler.now()).toBeGreaterThanOrEqual(before);
    expect(scheduler.now()).toBeLessThanOrEqual(Date.now());
  });

  it('runs work once, with its state', async () => {
    const states: unknown[] = [];
    scheduler.schedule((state) => states.push(state), 0, 'state');
    scheduler.schedule((state) => states.push(state), 1, 'later');
    await after(5);
    expect(states).toEqual(['state', 'later']);
  });

  it('runs work with equal due times in the order of scheduling', async () => {
    const order: number[] = [];
    [0, 1, 2, 3].forEach((n) => scheduler.schedule(() => order.push(n)));
    await after(0);
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('runs work scheduled by work after all work that was due at the same time', async () => {
    const order: string[] = [];
    scheduler.schedule(() => {
      scheduler.schedule(() => order.push('scheduled by the first'));
    });
    scheduler.schedule(() => order.push('second'));
    await after(0);
    await after(0);
    expect(order).toEqual(['second', 'scheduled by the first']);
  });

  it('treats a negative delay as 0', async () => {
    const order: string[] = [];
    scheduler.schedule(() => order.push('negative'), -5);
    await after(0);
    expect(order).toEqual(['negative']);
  });

  it('never runs work with the delay Infinity', async () => {
    let hasRun = false;
    const never = scheduler.schedule(() => (hasRun = true), Infinity);
    await after(5);
    expect([hasRun, never.closed]).toEqual([false, false]);
    never.unsubscribe();
  });

  it('returns the action that is `this` in the work', async () => {
    const seen: unknown[] = [];
    const action = scheduler.schedule(function () {
      seen.push(this);
    });
    await after(0);
    expect(seen).toEqual([action]);
  });

  it.each([0, 2])('runs the same action again when it is scheduled through `this`, after %d ms', async (delay) => {
    const states: unknown[] = [];
    const actions = new Set<unknown>();
    await new Promise<void>((resolve) => {
      scheduler.schedule(
        function (this: SchedulerAction<number>, left = 0) {
          states.push(left);
          actions.add(this);
          if (left > 0) this.schedule(left - 1, delay);
          else resolve();
        },
        delay,
        3,
      );
    });
    expect(states).toEqual([3, 2, 1, 0]);
    expect(actions.size).toBe(1);
  });

  it.each([
    [0, 2],
    [2, 0],
    [0, 0],
    [0, Infinity],
  ])('replaces a run that is due in %d by one in %d', async (pending, next) => {
    const states: unknown[] = [];
    scheduler.schedule(
      function (state?: string) {
        states.push(state);
        if (state !== 'first') return;
        this.schedule('replaced', pending);
        this.schedule('kept', next);
      },
      0,
      'first',
    );
    await after(10);
    expect(states).toEqual(next === Infinity ? ['first'] : ['first', 'kept']);
  });

  it.each([0, 2])('runs no work that was unsubscribed before it was due, with a delay of %d', async (delay) => {
    let hasRun = false;
    scheduler.schedule(() => (hasRun = true), delay).unsubscribe();
    await after(5);
    expect(hasRun).toBe(false);
  });

  it('runs no work that was unsubscribed by other work of the same turn', async () => {
    const order: string[] = [];
    scheduler.schedule(() => {
      second.unsubscribe();
    });
    const second = scheduler.schedule(() => order.push('second'));
    scheduler.schedule(() => order.push('third'));
    await after(0);
    expect(order).toEqual(['third']);
  });

  it('ignores `schedule` on a closed action', async () => {
    const states: unknown[] = [];
    scheduler.schedule(
      function (state?: string) {
        states.push(state);
        this.unsubscribe();
        expect(this.schedule('again')).toBe(this);
      },
      0,
      'first',
    );
    await after(5);
    expect(states).toEqual(['first']);
  });

  it('leaves a finished action open, and runs its finalisers when it is unsubscribed', async () => {
    const order: string[] = [];
    const action = scheduler.schedule(() => order.push('run'));
    action.add(() => order.push('finalised'));
    await after(0);
    expect([action.closed, order]).toEqual([false, ['run']]);
    action.unsubscribe();
    expect(order).toEqual(['run', 'finalised']);
  });

  it.each([0, 2])(
    'unsubscribes an action whose work throws, reports the error, and continues; after %d ms',
    async (delay) => {
      const reported: unknown[] = [];
      const told = new Promise<void>((resolve) => {
        config.onUnhandledError = (error) => {
          reported.push(error);
          resolve();
        };
      });
      const error = new Error('thrown by work');
      const action = scheduler.schedule(() => {
        throw error;
      }, delay);
      const beside = pool.do(square, 3);
      await told;
      config.onUnhandledError = null;
      expect(reported).toEqual([error]);
      expect(action.closed).toBe(true);
      expect(await beside).toBe(9);
      await after(0);
    },
  );
});

describe('operators on the scheduler of a pool', () => {
  it('observeOn, timer and scheduled keep to their order', async () => {
    expect(await lastValueFrom(range(0, 5).pipe(observeOn(scheduler), toArray()))).toEqual([0, 1, 2, 3, 4]);
    expect(await lastValueFrom(timer(1, 1, scheduler).pipe(take(3), toArray()))).toEqual([0, 1, 2]);
    expect(await lastValueFrom(scheduled(['a', 'b'], scheduler).pipe(toArray()))).toEqual(['a', 'b']);
    expect(await lastValueFrom(scheduled([], scheduler).pipe(toArray()))).toEqual([]);
    expect(await lastValueFrom(of(1).pipe(observeOn(scheduler, 2), toArray()))).toEqual([1]);
  });
});

describe('the scheduler of a pool, for which tasks are waiting,', () => {
  /** An endless iterable that counts the pulled values. */
  function counting(): {
    readonly all: Iterable<number>;
    readonly pulled: () => number;
    readonly isClosed: () => boolean;
  } {
    let count = 0;
    let isClosed = false;
    const all = (function* () {
      try {
        for (;;) yield count++;
      } finally {
        isClosed = true;
      }
    })();
    return { all, pulled: () => count, isClosed: () => isClosed };
  }

  it('pulls a bounded number of values ahead of the results from an endless iterable', async () => {
    const { all, pulled, isClosed } = counting();
    const task = pool.task(square);
    let results = 0;
    let ahead = 0;
    await lastValueFrom(
      scheduled(all, scheduler).pipe(
        mergeMap((n) => task(n)),
        filter(() => {
          ahead = Math.max(ahead, pulled() - ++results);
          return true;
        }),
        take(2_000),
      ),
    );
    expect(results).toBe(2_000);
    // A thread is sent at most 64 tasks ahead.
    expect(ahead).toBeLessThanOrEqual(64 + 1);
    expect(isClosed()).toBe(true);
  });

  it('pulls no further values while a task blocks its thread', async () => {
    const { all, pulled } = counting();
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const own = new WorkerPool({ size: 1 });
    const hold = own.task((n: number, wait: Int32Array) => {
      Atomics.wait(wait, 0, 0);
      return n;
    });
    const first = lastValueFrom(
      scheduled(all, own.scheduler).pipe(
        mergeMap((n) => hold(n, gate)),
        take(1),
      ),
    );
    for (let turns = 0; turns < 50 || own.stats.running === 0; turns++) await nextTurn();
    expect(pulled()).toBeLessThanOrEqual(2);
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
    expect(await first).toBe(0);
    await own.close();
  });

  it('pulls no value while the size of the pool is 0', async () => {
    const { all, pulled } = counting();
    const parked = new WorkerPool({ size: 0 });
    const task = parked.task(square);
    const third = lastValueFrom(
      scheduled(all, parked.scheduler).pipe(
        mergeMap((n) => task(n)),
        take(3),
        toArray(),
      ),
    );
    await nextTurn();
    expect(pulled()).toBe(0);
    parked.size = 1;
    expect(await third).toEqual([0, 1, 4]);
    await parked.close();
  });

  it('holds a delayed action until the pool has a free thread', async () => {
    const parked = new WorkerPool({ size: 0 });
    const order: string[] = [];
    const done = new Promise<void>((resolve) => {
      parked.scheduler.schedule(() => {
        order.push('action');
        resolve();
      }, 1);
    });
    await after(5);
    order.push('room');
    parked.size = 1;
    await done;
    expect(order).toEqual(['room', 'action']);
    await parked.close();
  });

  it('still runs actions when the pool is closed, whose tasks then fail', async () => {
    const closed = new WorkerPool({ size: 1 });
    await closed.close();
    const task = closed.task(square);
    const late = lastValueFrom(scheduled(counting().all, closed.scheduler).pipe(mergeMap((n) => task(n))));
    await expect(late).rejects.toMatchObject({ code: 'SLUICE_POOL_CLOSED' });
  });
});
