/** A full queue loses no task silently: a task without a place in it fails, under both overflow policies. */
import { from, lastValueFrom, range, toArray } from 'rxjs';
import { offload, QueueFullError, WorkerPool } from 'sluice/pool';
import { expectInvariants, expectInvariantsAndClose } from './pool-invariants';
import { sharedNumbers, waitUntil } from '../../support/shared-memory';
import { recordNotifications, type RecordedNotifications } from './record-notifications';

const poolOf = (overflow: 'reject' | 'evict', maxQueue: number): WorkerPool =>
  new WorkerPool({ size: 1, name: 'narrow', maxQueue, overflow, grace: 50 });

/**
 * Makes ten calls while the only thread is blocked, passes their recorded events to `whileBlocked` in the order of the
 * calls, then unblocks the thread, also after a failed assertion, and waits until each call has ended once.
 */
async function whileThreadIsBlocked(
  pool: WorkerPool,
  whileBlocked: (calls: readonly RecordedNotifications<number>[]) => void,
): Promise<void> {
  const gate = sharedNumbers(2);
  const held = pool.do((shared: Int32Array) => {
    Atomics.store(shared, 0, 1);
    Atomics.wait(shared, 1, 0);
  }, gate);
  await waitUntil(() => gate[0] === 1);
  const same = pool.task((value: number) => value, { name: 'same' });
  const calls = [...Array(10).keys()].map((value) => recordNotifications(same(value)));
  try {
    whileBlocked(calls);
  } finally {
    Atomics.store(gate, 1, 1);
    Atomics.notify(gate, 1);
    await held;
  }
  await waitUntil(() => pool.stats.queued + pool.stats.running === 0);
  for (const { errors, completions } of calls) expect(errors.length + completions).toBe(1);
}

const valuesOf = (calls: readonly RecordedNotifications<number>[]): number[] => calls.flatMap(({ items }) => items);
const failedOf = (calls: readonly RecordedNotifications<number>[]): number[] =>
  calls.flatMap(({ errors }, index) => (errors.length > 0 ? [index] : []));

describe('a full queue', () => {
  it("rejects new tasks at once if overflow is 'reject'", async () => {
    const pool = poolOf('reject', 3);
    await expectInvariantsAndClose(pool, async () => {
      let all: readonly RecordedNotifications<number>[] = [];
      await whileThreadIsBlocked(pool, (calls) => {
        all = calls;
        expect(failedOf(calls)).toEqual([3, 4, 5, 6, 7, 8, 9]);
        expect(pool.stats.queued).toBe(3);
        const error = calls[3]?.errors[0];
        expect(error).toBeInstanceOf(QueueFullError);
        expect(error).toMatchObject({ code: 'SLUICE_QUEUE_FULL', pool: 'narrow', task: 'same' });
        expect((error as Error).message).toMatch(/was refused.*maxQueue is 3.*'reject'/s);
      });
      expect(valuesOf(all)).toEqual([0, 1, 2]);
    });
  });

  it("evicts the task that has waited longest if overflow is 'evict'", async () => {
    const pool = poolOf('evict', 3);
    await expectInvariantsAndClose(pool, async () => {
      let all: readonly RecordedNotifications<number>[] = [];
      await whileThreadIsBlocked(pool, (calls) => {
        all = calls;
        expect(failedOf(calls)).toEqual([0, 1, 2, 3, 4, 5, 6]);
        expect(pool.stats.queued).toBe(3);
        const error = calls[0]?.errors[0];
        expect(error).toBeInstanceOf(QueueFullError);
        expect((error as Error).message).toMatch(/was evicted.*'evict'/s);
      });
      expect(valuesOf(all)).toEqual([7, 8, 9]);
    });
  });

  it.each(['reject', 'evict'] as const)(
    "may have a length of 0: '%s' then rejects each task that would wait",
    async (overflow) => {
      const pool = poolOf(overflow, 0);
      await expectInvariantsAndClose(pool, async () => {
        let all: readonly RecordedNotifications<number>[] = [];
        await whileThreadIsBlocked(pool, (calls) => {
          all = calls;
          expect(failedOf(calls)).toHaveLength(10);
        });
        expect(valuesOf(all)).toEqual([]);
        expect(await pool.do((value: number) => value, 11)).toBe(11);
      });
    },
  );

  it('accepts a new task for each cancelled one', async () => {
    const pool = poolOf('reject', 3);
    await expectInvariantsAndClose(pool, async () => {
      await whileThreadIsBlocked(pool, (calls) => {
        calls[0]?.unsubscribe();
        calls[1]?.unsubscribe();
        const same = pool.task((value: number) => value);
        const added = [20, 21, 22].map((value) => recordNotifications(same(value)));
        expect(failedOf(added)).toEqual([2]);
        // An unsubscribed call ends without a notification: an error stands in for it.
        for (const index of [0, 1]) calls[index]?.errors.push('unsubscribed');
      });
    });
  });

  it('counts each task in exactly one number of pool.stats', async () => {
    const pool = poolOf('evict', 3);
    await expectInvariants(pool, async () => {
      await whileThreadIsBlocked(pool, () => undefined);
      expect(pool.stats).toMatchObject({ completed: 1 + 3, failed: 7, cancelled: 0 });
    });
    await pool.close();
  });

  it('accepts calls from the error handlers of rejected tasks', async () => {
    const pool = poolOf('evict', 1);
    await expectInvariantsAndClose(pool, async () => {
      let again = 0;
      await whileThreadIsBlocked(pool, () => {
        const same = pool.task((value: number) => value);
        const ask = (value: number): void => {
          same(value).subscribe({
            error: () => {
              if (again++ < 20) ask(value + 1);
            },
          });
        };
        ask(100);
        ask(200);
      });
      expect(again).toBeGreaterThan(0);
    });
  });

  it('never rejects a task of offload, which runs no more tasks than fit', async () => {
    const pool = new WorkerPool({ size: 1, maxQueue: 64 });
    await expectInvariantsAndClose(pool, async () => {
      const same = pool.task((value: number) => value);
      const values = await lastValueFrom(range(0, 1_000).pipe(offload(same), toArray()));
      expect(values.sort((one, other) => one - other)).toEqual([...Array(1_000).keys()]);
    });
  });

  it('does not reject tasks for which a new pool has threads', async () => {
    const pool = new WorkerPool({ size: 2, maxQueue: 0 });
    await expectInvariantsAndClose(pool, async (record) => {
      const same = pool.task((value: number) => value);
      const recorded = await Promise.all([1, 2].map((value) => record(from(same(value)))));
      expect(recorded.flatMap(({ items }) => items)).toEqual([1, 2]);
    });
  });
});
