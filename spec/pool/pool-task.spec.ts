/**
 * `pool.task`: a function that runs on a thread, and whose Future is used in tasks, in batches and in scopes.
 */
import { firstValueFrom, lastValueFrom, repeat, retry, take, toArray } from 'rxjs';
import { all, batch, CancelledError, Future, Scope, scoped, allSettled, task } from 'sluice';
import { WorkerPool } from 'sluice/pool';
import { warningsOf } from '../support/record-warnings';
import { nextTurn, record } from '../support/recording-observer';

let pool: WorkerPool;
beforeAll(() => (pool = new WorkerPool({ size: 1, grace: 50 })));
afterAll(() => pool.close({ force: true }));

const counterOf = (): Int32Array => new Int32Array(new SharedArrayBuffer(8));
const count = (counter: Int32Array): number => Atomics.add(counter, 0, 1) + 1;
const double = (n: number): number => n * 2;

describe('a task of a pool', () => {
  it('returns a Future, and runs only when it is subscribed to', async () => {
    // A pool of its own: a cancelled task of another spec may still run on the shared one.
    const idle = new WorkerPool({ size: 1 });
    const call = idle.task(count)(counterOf());
    expect(call).toBeInstanceOf(Future);
    await nextTurn();
    expect(idle.stats.queued + idle.stats.running).toBe(0);
    expect(await call).toBe(1);
    await idle.close();
  });

  it('runs again for each subscription', async () => {
    const call = pool.task(count)(counterOf());
    expect([await call, await call]).toEqual([1, 2]);
    expect(await lastValueFrom(call.pipe(repeat(3), toArray()))).toEqual([3, 4, 5]);
  });

  it('runs again for each retry', async () => {
    const flaky = pool.task((counter: Int32Array) => {
      if (Atomics.add(counter, 0, 1) < 2) throw new Error('not yet');
      return 'at last';
    });
    expect(await lastValueFrom(flaky(counterOf()).pipe(retry(2)))).toBe('at last');
  });

  it('emits one value and completes, or fails', async () => {
    const fail = pool.task((message: string): never => {
      throw new TypeError(message);
    });
    const value = record(pool.task(double)(4)).notifications;
    const failure = record(fail('no')).notifications;
    await pool.drain();
    expect(value).toEqual(['next 8', 'complete']);
    expect(failure).toEqual(['error TypeError: no']);
  });

  it('emits all items of a stream to a subscriber, and resolves to the last item for await', async () => {
    const upTo = pool.task(function* (n: number) {
      for (let i = 1; i <= n; i++) yield i;
    });
    expect(await firstValueFrom(upTo(3).pipe(toArray()))).toEqual([1, 2, 3]);
    expect(await upTo(3)).toBe(3);
    expect(await firstValueFrom(upTo(0).pipe(toArray()))).toEqual([]);
  });

  it('stops its stream when take unsubscribes', async () => {
    const stopped = counterOf();
    const endless = pool.task(function* (seen: Int32Array) {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        Atomics.store(seen, 0, 1);
      }
    });
    expect(await firstValueFrom(endless(stopped).pipe(take(3), toArray()))).toEqual([0, 1, 2]);
    expect(await pool.do(double, 1)).toBe(2);
    expect(stopped[0]).toBe(1);
  });

  it('can be iterated with for await, and pulls no further than the loop', async () => {
    const upTo = pool.task(function* (n: number) {
      for (let i = 1; i <= n; i++) yield i;
    });
    const items: number[] = [];
    for await (const item of upTo(1_000)) if (items.push(item) === 5) break;
    expect(items).toEqual([1, 2, 3, 4, 5]);
  });

  it('has the name of its function, or the option name', async () => {
    const named = pool.task(function parsePage(): void {
      process.exit(1);
    });
    await expect(named()).rejects.toMatchObject({ task: 'parsePage' });
    await expect(pool.task(() => process.exit(1), { name: 'given' })()).rejects.toMatchObject({ task: 'given' });
  });

  it('awaits its arguments again for each run', async () => {
    let asked = 0;
    const argument = Future.defer(() => [++asked]);
    const call = pool.task(double)(argument);
    expect([await call, await call]).toEqual([2, 4]);
  });

  it('is cancelled in all its runs when its signal is aborted', async () => {
    const controller = new AbortController();
    const never = pool.task(() => new Promise<void>(() => undefined), { signal: controller.signal });
    const runs = [never().start(), never().start()];
    await nextTurn();
    controller.abort('enough');
    const ends = await allSettled(runs);
    expect(ends.map((end) => end.status === 'rejected' && (end.reason as CancelledError).reason)).toEqual([
      'enough',
      'enough',
    ]);
    await expect(never()).rejects.toBeInstanceOf(CancelledError);
  });

  it('fails when its timeout has elapsed', async () => {
    const never = pool.task(() => new Promise<void>(() => undefined), { timeout: 20, name: 'never' });
    await expect(never()).rejects.toMatchObject({ code: 'SLUICE_TIMEOUT', timeoutMs: 20 });
  });
});

describe('a task of a pool, in a task', () => {
  it('can be yielded as any future', async () => {
    const square = pool.task((n: number) => n * n);
    const sum = task(function* (a: number, b: number) {
      return (yield* square(a)) + (yield* square(b));
    });
    expect(await sum(3, 4)).toBe(25);
  });

  it('throws its error at the yield', async () => {
    const fail = pool.task((): never => {
      throw new RangeError('far away');
    });
    const careful = task(function* () {
      try {
        return yield* fail();
      } catch (error) {
        return error;
      }
    });
    expect(await careful()).toBeInstanceOf(RangeError);
  });

  it('is cancelled with the task', async () => {
    const seen = counterOf();
    const wait = pool.task(function (this: { signal: AbortSignal }, state: Int32Array) {
      Atomics.store(state, 0, 1);
      return new Promise<void>((resolve) => {
        this.signal.addEventListener('abort', () => {
          Atomics.store(state, 1, 1);
          resolve();
        });
      });
    });
    const outer = task(function* () {
      yield* wait(seen);
    });
    const subscription = outer().subscribe();
    while (seen[0] === 0) await nextTurn();
    subscription.unsubscribe();
    await pool.do(double, 1);
    expect(seen[1]).toBe(1);
  });

  it('runs with others in all()', async () => {
    const twice = pool.task(double);
    expect(await all({ one: twice(1), many: [twice(2), null, twice(3)] })).toEqual({ one: 2, many: [4, null, 6] });
    expect(await all(Array.from({ length: 500 }, (_, n) => twice(n)))).toEqual(
      Array.from({ length: 500 }, (_, n) => n * 2),
    );
  });

  it('is cancelled when another task of the same all() fails', async () => {
    const fail = pool.task((): never => {
      throw new Error('first');
    });
    const ran = counterOf();
    await expect(all([fail(), ...Array.from({ length: 50 }, () => pool.task(count)(ran))])).rejects.toThrow('first');
    await pool.drain();
    expect(pool.stats.queued).toBe(0);
  });

  it('can be blocked on, with one warning', () => {
    const twice = pool.task(double);
    const outer = task(() => Future.of(twice(4).block()));
    const warnings = warningsOf(() => {
      expect(outer().block()).toBe(8);
    });
    expect(warnings).toHaveLength(1);
  });
});

describe('a task of a pool, in the resolver of a batch', () => {
  it('resolves all keys of a flush', async () => {
    const resolve = pool.task((ids: readonly number[]) => ids.map((id) => `user ${id}`));
    const asked: (readonly number[])[] = [];
    const userById = batch((ids: readonly number[]) => {
      asked.push([...ids]);
      return resolve(ids);
    });
    expect(await all([userById(1), userById(2), userById(1)])).toEqual(['user 1', 'user 2', 'user 1']);
    expect(asked).toEqual([[1, 2]]);
  });

  it('may be the resolver itself', async () => {
    const lookUp = pool.task((ids: readonly number[]) => new Map(ids.map((id) => [id, `user ${id}`])));
    const userById = batch((ids: readonly number[]) => lookUp(ids));
    expect(await userById.many([3, 1])).toEqual(['user 3', 'user 1']);
  });

  it('fails one key by an Error among its results', async () => {
    const lookUp = pool.task((ids: readonly number[]) => ids.map((id) => (id === 2 ? new RangeError('no 2') : id)));
    const numberOf = batch((ids: readonly number[]) => lookUp(ids));
    const ends = await allSettled([numberOf(1), numberOf(2)]);
    expect(ends[0]).toEqual({ status: 'fulfilled', value: 1 });
    expect(ends[1]).toMatchObject({ status: 'rejected', reason: { message: 'no 2' } });
  });

  it('fails all keys by its failure', async () => {
    const lookUp = pool.task((ids: readonly number[]): number[] => {
      throw new Error(`no ${ids.length}`);
    });
    const numberOf = batch((ids: readonly number[]) => lookUp(ids));
    await expect(numberOf(1)).rejects.toThrow('no 1');
  });

  it('is cancelled when none of its keys has a waiter', async () => {
    const seen = counterOf();
    const wait = pool.task(function (this: { signal: AbortSignal }, state: Int32Array, ids: readonly number[]) {
      Atomics.store(state, 0, 1);
      return new Promise<readonly number[]>((resolve) => {
        this.signal.addEventListener('abort', () => {
          Atomics.store(state, 1, 1);
          resolve(ids);
        });
      });
    });
    const numberOf = batch((ids: readonly number[]) => wait(seen, ids));
    const subscription = numberOf(1).subscribe();
    while (seen[0] === 0) await nextTurn();
    subscription.unsubscribe();
    await pool.do(double, 1);
    expect(seen[1]).toBe(1);
  });
});

describe('a task of a pool, in a scope', () => {
  it('is awaited by the scope', async () => {
    const twice = pool.task(double);
    const done: number[] = [];
    await scoped((scope) => {
      scope.start(twice(1)).subscribe((value) => done.push(value));
      scope.start(twice(2)).subscribe((value) => done.push(value));
      return Future.of(undefined);
    });
    expect(done.sort()).toEqual([2, 4]);
  });

  it('fails the scope if it has no waiter', async () => {
    const fail = pool.task((): never => {
      throw new Error('in a thread');
    });
    await expect(
      scoped((scope) => {
        scope.start(fail());
        return Future.of(undefined);
      }),
    ).rejects.toMatchObject({ code: 'SLUICE_SCOPE', first: { message: 'in a thread' } });
  });

  it('is cancelled with the scope, which closes when the task has ended on its thread', async () => {
    const seen = counterOf();
    const wait = pool.task(function (this: { signal: AbortSignal }, state: Int32Array) {
      Atomics.store(state, 0, 1);
      return new Promise<void>((resolve) => {
        this.signal.addEventListener('abort', () => {
          setTimeout(() => {
            Atomics.store(state, 1, 1);
            resolve();
          }, 5);
        });
      });
    });
    const scope = new Scope();
    const started = scope.start(wait(seen));
    while (seen[0] === 0) await nextTurn();
    scope.cancel('closing time');
    await scope.close();
    expect(seen[1]).toBe(1);
    expect(started.isError).toBe(true);
    expect(started.error).toBeInstanceOf(CancelledError);
  });
});
