/**
 * This thread sleeps while other threads run the tasks that it waits for: real I/O, in batches, in a synchronous program.
 */
import type { AddressInfo } from 'node:net';
import { mergeMap } from 'rxjs';
import { all, AsyncValue, batch, CancelledError, Future, task, TaskTimeoutError, WouldBlockError } from 'sluice';
import { WorkerPool, type WorkerTask } from 'sluice/pool';
import { recordWarnings } from '../support/record-warnings';
import { nextTurn, thrownBy } from '../support/recording-observer';

let pool: WorkerPool;
beforeAll(() => (pool = new WorkerPool({ size: 2, grace: 20, name: 'main' })));
afterAll(() => pool.close({ force: true }));
recordWarnings(); // of block() inside tasks

const double = (n: number): number => n * 2;
const never = (): Promise<number> => new Promise(() => undefined);
const read = async (path: string): Promise<string> => {
  const { readFile } = process.getBuiltinModule('node:fs/promises');
  return readFile(path, 'utf8');
};
const sleepFor = (ms: number): Promise<string> =>
  new Promise((resolve) => {
    setTimeout(() => {
      resolve('slept');
    }, ms);
  });

describe('a job that is blocked on', () => {
  it('gets its value while this thread is blocked: get, wait and block', () => {
    expect(pool.do(double, 1).get()).toBe(2);
    expect(pool.do(double, 2).block()).toBe(4);
    expect(pool.do(double, 3).wait()).toBe(true);
  });

  it('can use files and timers', () => {
    expect(pool.do(read, __filename).block()).toContain('This thread sleeps');
    expect(pool.do(sleepFor, 5).block()).toBe('slept');
  });

  it('can use the network, with the server on another thread', () => {
    const serve = pool.do(
      (port: Int32Array) =>
        new Promise<string>((resolve) => {
          const { createServer } = process.getBuiltinModule('node:http');
          const server = createServer((request, response) => {
            response.end(`you asked for ${request.url ?? ''}`);
            server.close();
            server.closeAllConnections();
            resolve('served');
          }).listen(0, '127.0.0.1', () => {
            Atomics.store(port, 0, (server.address() as AddressInfo).port);
            Atomics.notify(port, 0);
          });
        }),
      shared,
    );
    const ask = pool.do(
      async (port: Int32Array, path: string) => {
        Atomics.wait(port, 0, 0);
        const response = await fetch(`http://127.0.0.1:${Atomics.load(port, 0)}${path}`);
        return response.text();
      },
      shared,
      '/here',
    );
    expect(ask.block()).toBe('you asked for /here');
    expect(serve.wait()).toBe(true);
  });
  const shared = new Int32Array(new SharedArrayBuffer(4));

  it('lets other tasks of its pool and of other pools end', () => {
    const other = new WorkerPool({ size: 1 });
    const beside = [pool.do(double, 1), other.do(double, 2)];
    expect(all([pool.do(double, 3), other.do(double, 4), ...beside]).block()).toEqual([6, 8, 2, 4]);
    other.close({ force: true }).subscribe();
  });

  it('can have the result of another pool as its argument', () => {
    const other = new WorkerPool({ size: 1 });
    expect(pool.do(double, other.do(double, 1)).block()).toBe(4);
    expect(other.do(double, pool.do(double, other.do(double, 1))).block()).toBe(8);
    other.close({ force: true }).subscribe();
  });

  it('throws the error of its function', () => {
    const fail = (): never => {
      throw new RangeError('no');
    };
    expect(thrownBy(() => pool.do(fail).block())).toMatchObject({ name: 'RangeError', message: 'no' });
    expect(thrownBy(() => pool.task(fail)().block())).toMatchObject({ name: 'RangeError', message: 'no' });
  });
});

describe('a task of a pool that is blocked on', () => {
  it('returns its value inside tasks', () => {
    const twice = pool.task(double);
    const outer = task(function* (n: number) {
      return (yield* twice(n)) + twice(n).block() + (yield* Future.of(1));
    });
    expect(outer(1).block()).toBe(5);
  });

  it('returns its value inside the subscribers of tasks of a pool', async () => {
    const twice = pool.task(double);
    const inner = await new Promise((resolve) => {
      twice(1).subscribe((n) => {
        resolve(twice(n).block());
      });
    });
    expect(inner).toBe(4);
    const nested: number[] = [];
    twice(1)
      .pipe(mergeMap((n) => twice(n)))
      .subscribe((n) => nested.push(twice(n).block()));
    expect(twice(8).block()).toBe(16);
    await pool.drain();
    expect(nested).toEqual([8]);
  });

  it('returns the last item of a stream', () => {
    const upTo = pool.task(function* (n: number) {
      for (let i = 1; i <= n; i++) yield i;
    });
    expect(upTo(1_000).block()).toBe(1_000);
  });
});

describe('a batch whose resolver is a task of a pool', () => {
  const asked: (readonly number[])[] = [];
  let userById: ReturnType<typeof usersOf>;
  function usersOf(of: WorkerPool) {
    const lookUp = of.task(async (ids: readonly number[]) => {
      const { readFile } = process.getBuiltinModule('node:fs/promises');
      await new Promise((resolve) => setTimeout(resolve, 1));
      await readFile('/dev/null');
      return ids.map((id) => `user ${id}`);
    });
    return batch(
      (ids: readonly number[]) => {
        asked.push([...ids]);
        return lookUp(ids);
      },
      { name: 'userById' },
    );
  }
  beforeEach(() => {
    asked.length = 0;
    userById = usersOf(pool);
  });

  it('can be blocked on: userById(7).block(), and userById.block(7)', () => {
    expect(userById(7).block()).toBe('user 7');
    expect(userById.block(7)).toBe('user 7');
    expect(userById.block(8, 60_000)).toBe('user 8');
    expect(asked).toEqual([[7], [7], [8]]);
  });

  it('gets all keys of a blocked task in one flush', () => {
    const names = task(function* (ids: readonly number[]) {
      return yield* all(ids.map((id) => nameOf(id)));
    });
    const nameOf = task(function* (id: number) {
      return (yield* userById(id)).toUpperCase();
    });
    expect(names([1, 2, 3, 1]).block()).toEqual(['USER 1', 'USER 2', 'USER 3', 'USER 1']);
    expect(asked).toEqual([[1, 2, 3]]);
  });

  it('flushes once for each step of the blocked tasks', () => {
    const friend = task(function* (id: number) {
      const first = yield* userById(id);
      return [first, yield* userById(id + 10)];
    });
    expect(all([friend(1), friend(2)]).block()).toEqual([
      ['user 1', 'user 11'],
      ['user 2', 'user 12'],
    ]);
    expect(asked).toEqual([
      [1, 2],
      [11, 12],
    ]);
  });

  it('can be blocked on inside a task, which then gets its other keys', () => {
    const outer = task(function* () {
      const blocked = userById.block(1);
      return [blocked, yield* userById(2)];
    });
    expect(outer().block()).toEqual(['user 1', 'user 2']);
  });

  it('can use another pool at the same time', () => {
    const other = new WorkerPool({ size: 1 });
    const elsewhere = usersOf(other);
    expect(all([userById(1), elsewhere(2), userById(3)]).block()).toEqual(['user 1', 'user 2', 'user 3']);
    expect(asked).toEqual([[1, 3], [2]]);
    other.close({ force: true }).subscribe();
  });

  it('throws a TaskTimeoutError on time, although the thread loops endlessly', () => {
    const stuck = pool.task((ids: readonly number[]): string[] => {
      while (ids.length > 0);
      return [];
    });
    const hopeless = batch((ids: readonly number[]) => stuck(ids));
    expect(thrownBy(() => hopeless.block(7, 20))).toBeInstanceOf(TaskTimeoutError);
    expect(userById.block(7)).toBe('user 7');
  });
});

describe('the time limit of a block', () => {
  it('ends the block on time, whatever the thread does', () => {
    const endless = pool.task((): void => {
      for (;;);
    });
    for (const work of [endless, pool.task(never), pool.task(() => new Promise(() => undefined))]) {
      expect(thrownBy(() => work().block(20))).toMatchObject({ code: 'SLUICE_TIMEOUT', timeoutMs: 20 });
    }
    const job = pool.do(never);
    expect([job.wait(5), job.get(5)]).toEqual([false, undefined]);
    expect(thrownBy(() => job.block(5))).toBeInstanceOf(TaskTimeoutError);
    job.cancel();
    expect(pool.do(double, 1).block()).toBe(2);
  });

  it('of 0 returns at once, with the value if there is one', async () => {
    const job = pool.do(double, 4);
    expect([job.get(0), job.wait(0)]).toEqual([undefined, false]);
    expect(thrownBy(() => pool.task(double)(1).block(0))).toBeInstanceOf(TaskTimeoutError);
    await job;
    expect([job.get(0), job.wait(0), job.block(0)]).toEqual([8, true, 8]);
  });

  it('of Infinity is no limit', () => {
    const job = pool.do(double, 4);
    expect([job.get(Infinity), job.wait(Infinity), job.block(Infinity)]).toEqual([8, true, 8]);
    expect(pool.task(double)(4).block(Infinity)).toBe(8);
  });

  it.each([-1, NaN, -Infinity, '5', null])('of %p is a TypeError', (time) => {
    const ms = time as number;
    const job = pool.do(double, 1);
    for (const call of [
      () => job.get(ms),
      () => job.wait(ms),
      () => job.block(ms),
      () => pool.task(double)(1).block(ms),
      () => batch(pool.task((ids: readonly number[]) => [...ids])).block(1, ms),
    ]) {
      expect(call).toThrow(TypeError);
      expect(call).toThrow(/expected `timeoutMs` to be a number of ms, 0 or more; got/);
    }
    expect(job.block()).toBe(2);
  });
});

describe('a block that can never end', () => {
  it('on a pool of size 0 throws the reason at once, with and without a time limit', () => {
    const parked = new WorkerPool({ size: 0, name: 'parked' });
    const job = parked.do(double, 1);
    for (const call of [() => job.get(), () => job.wait(), () => job.block(), () => parked.task(double)(1).block()]) {
      const error = thrownBy(call);
      expect(error).toBeInstanceOf(WouldBlockError);
      expect((error as Error).message).toMatch(
        /pool "parked" \(\d unfinished task\(s\); the pool is paused, since its size is 0\)/,
      );
    }
    expect(thrownBy(() => parked.task(double)(1).block(60_000))).toBeInstanceOf(WouldBlockError);
    expect(thrownBy(() => job.block(60_000))).toMatchObject({
      name: 'TaskTimeoutError',
      cause: { name: 'WouldBlockError' },
    });
    expect([job.get(60_000), job.wait(60_000)]).toEqual([undefined, false]);
    parked.size = 1;
    expect(job.block()).toBe(2);
    parked.close({ force: true }).subscribe();
  });

  it('on a pool of size 0 whose tasks have a timeout ends with that timeout', () => {
    const parked = new WorkerPool({ size: 0, taskTimeout: 20 });
    expect(thrownBy(() => parked.do(double, 1).block())).toMatchObject({ code: 'SLUICE_TIMEOUT', kind: 'queue' });
    parked.close({ force: true }).subscribe();
  });

  it('on an argument that only the event loop can provide names that argument', () => {
    const job = pool.do(double, Promise.resolve(1).then(double) as unknown as number);
    const waits = pool.do(double, new AsyncValue<number>());
    const error = thrownBy(() => waits.block());
    expect(error).toBeInstanceOf(WouldBlockError);
    expect((error as Error).message).toContain('an AsyncValue that is not set');
    waits.cancel();
    // A promise is not a future: it cannot be cloned.
    expect(thrownBy(() => job.block())).toMatchObject({ code: 'SLUICE_TRANSFER' });
  });

  it('on a closed pool throws its PoolClosedError', () => {
    const closed = new WorkerPool({ size: 1 });
    closed.close().subscribe();
    expect(thrownBy(() => closed.do(double, 1).block())).toMatchObject({ code: 'SLUICE_POOL_CLOSED' });
  });
});

describe('a block inside a worker', () => {
  it.each(['block', 'get', 'wait'] as const)('on a task of its own pool is refused, with the reason: %s', (method) => {
    const job = pool.do(function (this: WorkerTask, name: 'block' | 'get' | 'wait') {
      return this.do(() => 1)[name]();
    }, method);
    const error = thrownBy(() => job.block());
    expect(error).toMatchObject({ code: 'SLUICE_WOULD_BLOCK' });
    expect((error as Error).message).toContain('the pool that this thread belongs to');
  });

  it('a nested task can be awaited while this thread is blocked', () => {
    const job = pool.do(async function (this: WorkerTask) {
      return (await this.do(() => 20)) + 1;
    });
    expect(job.block()).toBe(21);
  });
});

describe('a block that is interrupted', () => {
  it('throws a CancelledError when its job is cancelled', () => {
    const controller = new AbortController();
    const slow = pool.task(never, { signal: controller.signal });
    const job = slow().start();
    pool
      .task(double)(1)
      .subscribe(() => {
        controller.abort('enough');
      });
    expect(thrownBy(() => job.block())).toBeInstanceOf(CancelledError);
  });

  it('cancels the task on its thread when its time limit has elapsed', async () => {
    const seen = new Int32Array(new SharedArrayBuffer(4));
    const wait = pool.task(function (this: { signal: AbortSignal }, state: Int32Array) {
      return new Promise<void>((resolve) => {
        this.signal.addEventListener('abort', () => {
          Atomics.store(state, 0, 1);
          resolve();
        });
      });
    });
    // The first run waits until the thread has started.
    pool.do(double, 1).block();
    expect(thrownBy(() => wait(seen).block(20))).toBeInstanceOf(TaskTimeoutError);
    await pool.drain();
    await nextTurn();
    expect(seen[0]).toBe(1);
  });
});
