/**
 * Cancelling a task does not affect another task on the same thread, which runs once and to its end, unless it has started and
 * the thread has to be ended.
 */
import { WorkerCrashError, WorkerPool, type WorkerTask } from 'sluice/pool';
import { expectInvariants, expectInvariantsAndClose } from './pool-invariants';
import { sharedNumbers, waitUntil } from '../../support/shared-memory';
import { hasNoNotification, recordNotifications, fillPrefetchWindows } from './record-notifications';

const pool = new WorkerPool({ size: 1, grace: 50 });
let spawned = 0;
pool.events$.subscribe(({ type }) => {
  if (type === 'spawn') spawned++;
});
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

const isQuiet = (): boolean => pool.stats.running === 0;
const count = pool.task((counter: Int32Array) => Atomics.add(counter, 0, 1) + 1);

describe('a cancelled task with another task on the same thread', () => {
  it('loses its thread if it ignores its signal, and the other task, sent ahead, runs once', () =>
    expectInvariants(pool, async (record) => {
      await fillPrefetchWindows(pool);
      const before = spawned;
      const [begun, counter] = [sharedNumbers(1), sharedNumbers(1)];
      const spin = pool.task((flag: Int32Array) => {
        for (;;) Atomics.store(flag, 0, 1);
      });
      const cancelled = recordNotifications(spin(begun));
      const other = record(count(counter));
      await waitUntil(() => begun[0] === 1);
      expect(pool.stats).toMatchObject({ running: 2, queued: 0 });
      cancelled.unsubscribe();
      expect(await other).toMatchObject({ items: [1], ends: 1, isError: false });
      await waitUntil(isQuiet);
      expect(counter[0]).toBe(1);
      expect(hasNoNotification(cancelled)).toBe(true);
      expect(spawned - before).toBe(1);
    }));

  it('makes room for the other task on that thread if it heeds its signal', () =>
    expectInvariants(pool, async (record) => {
      await fillPrefetchWindows(pool);
      const before = spawned;
      const [begun, counter] = [sharedNumbers(1), sharedNumbers(1)];
      const heed = pool.task(function (this: WorkerTask, flag: Int32Array) {
        Atomics.store(flag, 0, 1);
        return new Promise<void>((resolve) => {
          this.signal.addEventListener('abort', () => {
            resolve();
          });
        });
      });
      const cancelled = recordNotifications(heed(begun));
      const other = record(count(counter));
      await waitUntil(() => begun[0] === 1);
      cancelled.unsubscribe();
      expect(await other).toMatchObject({ items: [1], ends: 1, isError: false });
      expect(counter[0]).toBe(1);
      expect(spawned - before).toBe(0);
    }));

  it('fails the other task with its thread if it ignores its signal while that task waits for a nested call', () =>
    expectInvariants(pool, async (record) => {
      await fillPrefetchWindows(pool);
      const begun = sharedNumbers(1);
      const outer = pool.task(function (this: WorkerTask) {
        return this.do(() => 'inner');
      });
      const spin = pool.task((flag: Int32Array) => {
        for (;;) Atomics.store(flag, 0, 1);
      });
      const other = record(outer());
      const cancelled = recordNotifications(spin(begun));
      await waitUntil(() => begun[0] === 1);
      cancelled.unsubscribe();
      const { error } = await other;
      expect(error).toBeInstanceOf(WorkerCrashError);
      expect(error).toMatchObject({ kind: 'killed', exitCode: undefined, cause: undefined });
      expect(String(error)).toContain('All tasks that had started on the thread fail with it');
      expect(String(error)).not.toMatch(/`(cause|exitCode)`/);
      await waitUntil(isQuiet);
    }));

  it('is not run again if it has ended and its thread is killed before the result is sent', () =>
    expectInvariants(pool, async () => {
      await fillPrefetchWindows(pool);
      const counter = sharedNumbers(2);
      const tinyOrEndless = pool.task((shared: Int32Array, isEndless: boolean) => {
        Atomics.add(shared, isEndless ? 1 : 0, 1);
        while (isEndless);
      });
      await Promise.all(Array.from({ length: 8 }, () => tinyOrEndless(sharedNumbers(2), false)));
      const all = [...Array<boolean>(8).fill(false), true].map((isEndless) =>
        recordNotifications(tinyOrEndless(counter, isEndless)),
      );
      await waitUntil(() => counter[1] === 1);
      for (const each of all) each.unsubscribe();
      await waitUntil(isQuiet);
      expect(await count(sharedNumbers(1))).toBe(1);
      expect([...counter]).toEqual([8, 1]);
    }));

  it('does not end the other task that shares its thread while it waits for a nested call', () =>
    expectInvariants(pool, async (record) => {
      const [gate, done] = [sharedNumbers(2), sharedNumbers(1)];
      const outer = pool.task(function (this: WorkerTask) {
        return this.do(() => 'inner');
      });
      const slow = pool.task(async (shared: Int32Array, flag: Int32Array) => {
        Atomics.store(shared, 0, 1);
        while (Atomics.load(shared, 1) === 0) await new Promise((resolve) => void setTimeout(resolve, 1));
        Atomics.store(flag, 0, 1);
        return 'slow';
      });
      const cancelled = recordNotifications(outer());
      const other = record(slow(gate, done));
      await waitUntil(() => gate[0] === 1);
      cancelled.unsubscribe();
      // Longer than the grace of the one that was cancelled.
      await new Promise((resolve) => void setTimeout(resolve, 100));
      Atomics.store(gate, 1, 1);
      expect(await other).toMatchObject({ items: ['slow'], ends: 1, isError: false });
      await waitUntil(isQuiet);
    }));
});
