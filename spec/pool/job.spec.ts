/**
 * `pool.do` starts a task at once, and returns its future value. Jobs accept the values of other jobs, as in asynckit.
 */
import { firstValueFrom, of, toArray } from 'rxjs';
import { all, AsyncList, AsyncValue, batch, CancelledError, Future, task } from 'sluice';
import { Job, WorkerPool } from 'sluice/pool';
import { nextTurn, record, thrownBy } from '../support/recording-observer';

let pool: WorkerPool;
beforeAll(() => (pool = new WorkerPool({ size: 1, grace: 50 })));
afterAll(() => pool.close({ force: true }));

const double = (n: number): number => n * 2;
const fail = (message: string): never => {
  throw new RangeError(message);
};
/** Blocks its thread until the gate is opened, after reporting that it runs. */
const hold = (gate: Int32Array): string => {
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
  Atomics.wait(gate, 1, 0);
  return 'held';
};
const gateOf = (): Int32Array => new Int32Array(new SharedArrayBuffer(8));
const open = (gate: Int32Array): void => {
  Atomics.store(gate, 1, 1);
  Atomics.notify(gate, 1);
};
async function running(gate: Int32Array): Promise<void> {
  while (Atomics.load(gate, 0) === 0) await nextTurn();
}

describe('a job', () => {
  it('is an AsyncValue whose task runs without a waiter', async () => {
    const job = pool.do(double, 21);
    expect(job).toBeInstanceOf(Job);
    expect(job).toBeInstanceOf(AsyncValue);
    expect(job.isSet).toBe(false);
    await pool.drain();
    expect(job.isSet).toBe(true);
    expect(job.value).toBe(42);
  });

  it('runs once for all waiters, and also gives its value to later subscribers', async () => {
    const runs = new Int32Array(new SharedArrayBuffer(4));
    const job = pool.do((counter: Int32Array) => Atomics.add(counter, 0, 1) + 1, runs);
    expect(await Promise.all([job, job, firstValueFrom(job)])).toEqual([1, 1, 1]);
    expect(record(job).notifications).toEqual(['next 1', 'complete']);
    expect(runs[0]).toBe(1);
  });

  it('may have undefined, null or false as its value', async () => {
    for (const value of [undefined, null, false, 0, '', NaN])
      expect(await pool.do((given: unknown) => given, value)).toBe(value);
  });

  it('awaits a promise that its function returns in the worker', async () => {
    const job: Job<number> = pool.do(async (n: number) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return n + 1;
    }, 1);
    expect(await job).toBe(2);
  });

  it('fails with the error that its function threw, as an instance of the same class', async () => {
    const error = await pool.do(fail, 'too far').then(undefined, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(RangeError);
    expect((error as Error).message).toBe('too far');
  });

  it('has its error after its failure, and throws it from `value`', async () => {
    const job = pool.do(fail, 'no');
    await pool.drain();
    expect(job.isSet && job.isError).toBe(true);
    expect(job.error).toBeInstanceOf(RangeError);
    expect(() => job.value).toThrow('no');
  });
});

describe('get, wait and block of a job', () => {
  it('return at once with a time of 0 ms', async () => {
    const gate = gateOf();
    const job = pool.do(hold, gate);
    expect([job.get(0), job.wait(0)]).toEqual([undefined, false]);
    await running(gate);
    open(gate);
    await job;
    expect([job.get(0), job.wait(0)]).toEqual(['held', true]);
  });

  it('wait until the job has ended', () => {
    expect(pool.do(double, 1).get()).toBe(2);
    expect(pool.do(double, 2).block()).toBe(4);
    const job = pool.do(double, 3);
    expect(job.wait()).toBe(true);
    expect(job.value).toBe(6);
  });

  it('throw the failure of the job, except wait', () => {
    expect(thrownBy(() => pool.do(fail, 'no').get())).toBeInstanceOf(RangeError);
    expect(thrownBy(() => pool.do(fail, 'no').block())).toBeInstanceOf(RangeError);
    const job = pool.do(fail, 'no');
    expect(job.wait()).toBe(true);
    expect(job.error).toBeInstanceOf(RangeError);
  });
});

describe('cancelling a job', () => {
  it('that waits in the queue prevents its run', async () => {
    const gate = gateOf();
    const first = pool.do(hold, gate);
    await running(gate);
    const ran = new Int32Array(new SharedArrayBuffer(4));
    const second = pool.do((seen: Int32Array) => Atomics.store(seen, 0, 1), ran);
    second.cancel('not wanted');
    expect(thrownBy(() => second.value)).toMatchObject({ code: 'SLUICE_CANCELLED', reason: 'not wanted' });
    open(gate);
    expect(await first).toBe('held');
    await pool.do(double, 1);
    expect(ran[0]).toBe(0);
  });

  it('that runs aborts its signal, and the job settles when its task has ended', async () => {
    const gate = gateOf();
    const job = pool.do(function (this: { signal: AbortSignal }, seen: Int32Array) {
      const { signal } = this;
      Atomics.store(seen, 0, 1);
      return new Promise<string>((resolve) => {
        signal.addEventListener('abort', () => {
          Atomics.store(seen, 1, 1);
          resolve('ended');
        });
      });
    }, gate);
    await running(gate);
    job.cancel('enough');
    expect(job.isSet).toBe(false);
    await expect(job).rejects.toBeInstanceOf(CancelledError);
    expect(gate[1]).toBe(1);
  });

  it('that ignores its signal terminates its thread', async () => {
    const gate = gateOf();
    const job = pool.do(hold, gate);
    await running(gate);
    job.cancel();
    await expect(job).rejects.toBeInstanceOf(CancelledError);
    expect(await pool.do(double, 4)).toBe(8);
  });

  it('that has ended has no effect', async () => {
    const job = pool.do(double, 5);
    await job;
    job.cancel();
    expect(job.value).toBe(10);
  });
});

describe('arguments of a job', () => {
  it('may be jobs, other AsyncValues and futures, which are replaced by their values', async () => {
    const cell = new AsyncValue<number>();
    const nameOf = batch((ids: readonly number[]) => ids.map((id) => `user ${id}`));
    const job = pool.do(
      (...args: unknown[]) => args,
      ...[pool.do(double, 1), cell, Future.of('future'), nameOf(7), 'plain', pool.task(double)(8)],
    );
    cell.set(5);
    expect(await job).toEqual([2, 5, 'future', 'user 7', 'plain', 16]);
  });

  it('are awaited without occupying a worker', async () => {
    const cell = new AsyncValue<number>();
    const job = pool.do(double, cell);
    expect(await pool.do(double, 2)).toBe(4);
    expect(pool.stats).toMatchObject({ queued: 0, running: 0 });
    expect(job.isSet).toBe(false);
    cell.set(3);
    expect(await job).toBe(6);
  });

  it('that fail make the job fail with the same error, without running it', async () => {
    const error = new Error('no argument');
    const ran = new Int32Array(new SharedArrayBuffer(4));
    const cell = new AsyncValue<number>();
    const job = pool.do((seen: Int32Array, n: number) => Atomics.store(seen, 0, n), ran, cell);
    cell.fail(error);
    expect(await job.then(undefined, (reason: unknown) => reason)).toBe(error);
    await pool.do(double, 1);
    expect(ran[0]).toBe(0);
  });

  it('that are never set do not prevent cancelling the job', async () => {
    const job = pool.do(double, new AsyncValue<number>());
    job.cancel('gave up');
    await expect(job).rejects.toMatchObject({ code: 'SLUICE_CANCELLED', reason: 'gave up' });
  });

  it('may be many jobs in one AsyncList', async () => {
    const parts = [1, 2, 3].map((n) => pool.do(double, n));
    const sum = pool.do((ns: number[]) => ns.reduce((total, n) => total + n), new AsyncList(parts));
    expect(await sum).toBe(12);
  });
});

describe('an AsyncList of jobs', () => {
  it('is set when all jobs are set, with the values in the order of the list', async () => {
    const list = new AsyncList([pool.do(double, 3), pool.do(double, 1), pool.do(double, 2)]);
    expect(await list).toEqual([6, 2, 4]);
  });

  it('can be blocked on', () => {
    expect(new AsyncList([1, 2].map((n) => pool.do(double, n))).block()).toEqual([2, 4]);
  });

  it('fails with the first in the list that failed', async () => {
    const list = new AsyncList<number>([pool.do(double, 1), pool.do(fail, 'second'), pool.do(fail, 'third')]);
    await expect(list).rejects.toThrow('second');
    expect((list.values[2] as AsyncValue<number>).error).toBeInstanceOf(RangeError);
  });
});

describe('chain', () => {
  it('gives a function the value first, and then its own arguments', async () => {
    const job = pool.do(double, 2).chain((value, text: string, flag: boolean) => [value, text, flag], 'a', true);
    expect(await job).toEqual([4, 'a', true]);
  });

  it('can be repeated', async () => {
    expect(
      await pool
        .do(double, 1)
        .chain(double)
        .chain(double)
        .chain((n) => `${n}`),
    ).toBe('8');
  });

  it('may begin before the job has ended, or after', async () => {
    const job = pool.do(double, 1);
    await job;
    expect(await job.chain(double)).toBe(4);
  });

  it('can be called several times on one job', async () => {
    const job = pool.do(double, 1);
    expect(await Promise.all([job.chain(double), job.chain((n) => -n)])).toEqual([4, -2]);
  });

  it('passes a failure on without running its function', async () => {
    const ran = new Int32Array(new SharedArrayBuffer(4));
    const job = pool.do(fail, 'no').chain((_value, seen: Int32Array) => Atomics.store(seen, 0, 1), ran);
    await expect(job.chain(double)).rejects.toThrow('no');
    expect(ran[0]).toBe(0);
  });

  it("with afterError: 'run' runs also after a failure, with undefined for its value", async () => {
    const report = (value: unknown, text: string): unknown[] => [value, text];
    expect(await pool.do(fail, 'no').chain({ afterError: 'run' }, report, 'x')).toEqual([undefined, 'x']);
    expect(await pool.do(double, 1).chain({ afterError: 'run' }, report, 'x')).toEqual([2, 'x']);
    expect(await pool.do(double, 1).chain({ afterError: 'skip' }, report, 'x')).toEqual([2, 'x']);
  });

  it('takes AsyncValues for the other arguments too', async () => {
    const add = (a: number, b: number): number => a + b;
    const other = pool.do(double, 10);
    expect(await pool.do(double, 1).chain(add, other)).toBe(22);
  });

  it('throws at once for invalid arguments', () => {
    const job = pool.do(double, 1);
    expect(() => job.chain({ afterError: 'never' as 'run' }, () => 1)).toThrow(
      "chain: expected `afterError` to be 'skip' or 'run'; got \"never\" (string).",
    );
    expect(() => job.chain(7 as unknown as () => void)).toThrow(/^Job\.chain: expected its function to be a function/);
    expect(job.block()).toBe(2);
  });

  it('can be blocked on, to its end', () => {
    expect(pool.do(double, 1).chain(double).chain(double).block()).toBe(8);
  });
});

describe('a job of a stream', () => {
  it('emits its items to subscribers while it runs, and has the last item as its value', async () => {
    const job = pool.do(function* () {
      yield 1;
      yield 2;
      yield 3;
    });
    expect(await firstValueFrom(job.pipe(toArray()))).toEqual([1, 2, 3]);
    expect(await job).toBe(3);
    expect(record(job).notifications).toEqual(['next 3', 'complete']);
  });

  it('emits falsy items', async () => {
    const job = pool.do(function* () {
      yield* [undefined, null, 0, '', false];
    });
    expect(await firstValueFrom(job.pipe(toArray()))).toEqual([undefined, null, 0, '', false]);
  });

  it('without an item fails with an EmptyError', async () => {
    await expect(
      pool.do(function* (): Generator<number> {
        // It has none.
      }),
    ).rejects.toMatchObject({ name: 'EmptyError' });
  });

  it('that fails midway emits the items before the failure, then the error', async () => {
    const job = pool.do(function* () {
      yield 1;
      throw new RangeError('midway');
    });
    const { notifications } = record(job);
    await job.then(undefined, () => undefined);
    expect(notifications).toEqual(['next 1', 'error RangeError: midway']);
  });

  it('chains on its last item', async () => {
    const job = pool.do(function* () {
      yield 1;
      yield 2;
    });
    expect(await job.chain(double)).toBe(4);
  });
});

describe('a job with the rest of the library', () => {
  it('can be yielded in a task, in all() and piped', async () => {
    const sum = task(function* () {
      const [a, b] = yield* all([pool.do(double, 1), pool.do(double, 2)]);
      return a + b + (yield* pool.do(double, 3));
    });
    expect(await sum()).toBe(12);
    expect(await firstValueFrom(all([pool.do(double, 1), of(5)]))).toEqual([2, 5]);
  });
});
