/** A mocked task of a pool runs on no thread, for all ways to call it. */
import { from, lastValueFrom, of, take, timer, toArray } from 'rxjs';
import { Future, task } from 'sluice';
import { offload, WorkerPool, type TaskPool } from 'sluice/pool';
import { mockTask, restoreAllMocks, VirtualPool } from 'sluice/testing';
import { thrownBy } from '../support/recording-observer';

const real = new WorkerPool({ size: 1 });
afterAll(() => real.close({ force: true }));
afterEach(restoreAllMocks);

const pools: readonly (readonly [string, TaskPool])[] = [
  ['a pool of threads', real],
  ['a virtual pool', new VirtualPool()],
];

describe.each(pools)('a task of %s', (_, pool) => {
  const square = pool.task((n: number) => n * n);
  const upTo = pool.task(function* upTo(n: number) {
    for (let i = 1; i <= n; i++) yield i;
  });

  it('is mocked as a future, in a task, in offload and in do', async () => {
    const mock = mockTask(square, (n) => -n);
    const { completed } = pool.stats;
    expect(await square(1)).toBe(-1);
    expect(
      await task(function* () {
        return yield* square(2);
      })(),
    ).toBe(-2);
    expect(await lastValueFrom(from([3, 4]).pipe(offload(square), toArray()))).toEqual([-3, -4]);
    expect(await pool.do(square, 5)).toBe(-5);
    expect(await pool.do((n: number) => n + 1, 5).chain(square)).toBe(-6);
    expect(mock.calls).toEqual([[1], [2], [3], [4], [5], [6]]);
    expect(pool.stats.completed - completed).toBe(1);
  });

  it('is mocked for block', () => {
    mockTask(square).returns(1);
    expect(square(7).block()).toBe(1);
    expect(pool.do(square, 7).get()).toBe(1);
  });

  it('is called with awaitable arguments already awaited', async () => {
    const mock = mockTask(square).returns(0);
    await square(Future.of(7));
    await square(Future.from(timer(1)));
    expect(mock.calls).toEqual([[7], [0]]);
  });

  it('fails with the error of an awaitable argument, without a call of the mock', async () => {
    const mock = mockTask(square).returns(0);
    await expect(square(Future.fail(new Error('no')))).rejects.toThrow('no');
    expect(mock.callCount).toBe(0);
  });

  it('streams the items of its mock', async () => {
    const mock = mockTask(upTo).returns(of(7, 8));
    expect(await lastValueFrom(upTo(3).pipe(toArray()))).toEqual([7, 8]);
    expect(await upTo(3)).toBe(8);
    mock.implements(function* (n) {
      for (let i = n; i > 0; i--) yield i;
    });
    expect(await lastValueFrom(upTo(3).pipe(toArray()))).toEqual([3, 2, 1]);
    const items: number[] = [];
    for await (const item of upTo(2)) items.push(item);
    expect(items).toEqual([2, 1]);
  });

  it('pulls an endless stream only as far as items are taken', async () => {
    mockTask(upTo).implements(function* () {
      for (let i = 0; ; i++) yield i;
    });
    expect(await lastValueFrom(upTo(1).pipe(take(3), toArray()))).toEqual([0, 1, 2]);
    for await (const item of upTo(1)) if (item === 1_000) break;
  });

  it('can be an empty stream', async () => {
    mockTask(upTo).returns(from([]));
    expect(await lastValueFrom(upTo(1).pipe(toArray()))).toEqual([]);
    expect(String(await Promise.resolve(upTo(1)).catch(String))).toMatch(/EmptyError/);
  });

  it('records calls that pass through', async () => {
    const mock = mockTask(square).passesThrough();
    expect(await square(3)).toBe(9);
    expect(await pool.do(square, 4)).toBe(16);
    expect(mock.callCount).toBe(2);
    mockTask(upTo).passesThrough();
    expect(await lastValueFrom(upTo(3).pipe(toArray()))).toEqual([1, 2, 3]);
  });

  it('fails without an answer, with an error that names the task', () => {
    mockTask(upTo);
    expect(String(thrownBy(() => upTo(7).block()))).toMatch(/task "upTo" of a pool was called with \(7\)/);
  });

  it('runs on its pool again when it is restored', async () => {
    const mock = mockTask(square).throws(new Error('no'));
    await expect(square(3)).rejects.toThrow('no');
    mock.restore();
    expect(await square(3)).toBe(9);
  });

  it('is mocked alone: another task of the same function is not', async () => {
    const fn = (n: number): number => n + 1;
    const [one, other] = [pool.task(fn), pool.task(fn)];
    mockTask(one).returns(0);
    expect([await one(1), await other(1)]).toEqual([0, 2]);
    expect(await pool.do(fn, 1)).toBe(2);
  });
});
