/** A pool task may be a callback: the resolver of a batch, or the function that `map` calls for each item. */
import { all, batch } from 'sluice';
import { TransferError, WorkerPool } from 'sluice/pool';
import { join } from 'node:path';
import { expectInvariants, expectInvariantsAndClose } from './pool-invariants';

const pool = new WorkerPool({ size: 1 });
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

const url = join(__dirname, 'callbacks.cjs');

describe('a pool task as a callback', () => {
  it('is the resolver of a batch', () =>
    expectInvariants(pool, async () => {
      const load = pool.task((ids: readonly number[]) => ids.map((id) => `row ${id}`));
      const row = batch(load, { name: 'row' });
      expect(await all([row(1), row(2)])).toEqual(['row 1', 'row 2']);
    }));

  it('is the resolver of a batch by reference, also through a module', () =>
    expectInvariants(pool, async () => {
      const module = pool.module<{ load(ids: readonly number[]): string[] }>(url);
      expect(await batch(module.load)(3)).toBe('row 3, of 1 argument(s)');
      expect(await batch(pool.task<[readonly number[]], string[]>({ url, name: 'load' }))(4)).toBe(
        'row 4, of 1 argument(s)',
      );
    }));

  it('is the resolver of a batch with defaults, a rest or a pattern for parameters', () =>
    expectInvariants(pool, async () => {
      const withDefault = (ids: readonly number[], prefix = 'row') => ids.map((id) => `${prefix} ${id}`);
      const withRest = (...args: unknown[]) => (args[0] as number[]).map((id) => `${args.length} ${id}`);
      const load = pool.task(withDefault) as never as (ids: readonly number[]) => PromiseLike<string[]>;
      expect(await batch(load)(1)).toBe('row 1');
      const rest = pool.task(withRest) as never as (ids: readonly number[]) => PromiseLike<string[]>;
      expect(await batch(rest)(1)).toBe('1 1');
    }));

  it('fails with the reason if its function takes the flush of the batch, which cannot be sent', () =>
    expectInvariants(pool, async () => {
      const load = pool.task((ids: readonly number[], flush: { partition: unknown }) =>
        ids.map((id) => [id, flush.partition]),
      );
      const error: unknown = await Promise.resolve(batch(load as never)(1)).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(TransferError);
      expect((error as TransferError).path).toBe('args[1]');
    }));

  it('gets from `map` the arguments that its function has parameters for', () =>
    expectInvariants(pool, async () => {
      const items = [5, 6];
      const double = pool.task((n: number) => n * 2);
      const withIndex = pool.task((n: number, index: number) => [n, index]);
      const withAll = pool.task((n: number, index: number, list: readonly number[]) => [n, index, list.length]);
      expect(await all(items.map(double))).toEqual([10, 12]);
      expect(await all(items.map(withIndex))).toEqual([[5, 0], [6, 1]]); // prettier-ignore
      expect(await all(items.map(withAll))).toEqual([[5, 0, 2], [6, 1, 2]]); // prettier-ignore
    }));

  it('is not sent the array of `map` by reference, nor items that cannot be sent', () =>
    expectInvariants(pool, async () => {
      const { count } = pool.module<{ count(item: unknown): number }>(url);
      expect(await all([1, 2].map(count))).toEqual([2, 2]);
      const typeOf = pool.task((value: unknown) => typeof value);
      expect(await typeOf([1, () => 1][0] as never)).toBe('number');
      expect(await all([[1, () => 1] as const].map(([n, fn]) => [n, fn] as unknown[]).map(([n]) => typeOf(n)))).toEqual(['number']); // prettier-ignore
      const mixed: unknown[] = [1, () => 1];
      expect(await mixed.map(typeOf)[0]).toBe('number');
      await expect(Promise.resolve(mixed.map(typeOf)[1])).rejects.toBeInstanceOf(TransferError);
    }));

  it('gets other arguments as they are', () =>
    expectInvariants(pool, async () => {
      const count = pool.task<unknown[], number>({ url, name: 'count' });
      expect(await count(1, 2)).toBe(2);
      expect(await count(1, 2, [3, 4])).toBe(3);
      expect(await count(1, 0, [2])).toBe(3);
    }));
});
