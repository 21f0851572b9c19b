/**
 * An awaited key enters no drive, in which stores are detected. This file has one case: after any other work in a store, the
 * stores of the process are known already.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { batch } from 'sluice';

describe('the first work of a program, an awaited key inside a store', () => {
  it('runs the resolver outside of that store', async () => {
    const store = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const nameOf = batch(async (ids: readonly number[]) => {
      seen.push(store.getStore());
      await Promise.resolve();
      seen.push(store.getStore());
      return ids.map(String);
    });
    await store.run('a request', async () => {
      seen.push(await nameOf(1), store.getStore());
    });
    expect(seen).toEqual([undefined, undefined, '1', 'a request']);
  });
});
