/** A task without a subscriber never runs, or stops; and a subscriber that has unsubscribed gets no notification. */
import { getEventListeners } from 'node:events';
import { lastValueFrom, take } from 'rxjs';
import { CancelledError } from 'sluice';
import { WorkerPool, type WorkerTask } from 'sluice/pool';
import { runAlone } from '../../support/process';
import { expectInvariants, expectInvariantsAndClose } from './pool-invariants';
import { sharedNumbers, waitUntil } from '../../support/shared-memory';
import { hasNoNotification, recordNotifications, fillPrefetchWindows } from './record-notifications';

const pool = new WorkerPool({ size: 1, grace: 50 });
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

/** Sets element 0 at its start, and blocks its thread until element 1 is set. */
const hold = pool.task((gate: Int32Array) => {
  Atomics.store(gate, 0, 1);
  Atomics.wait(gate, 1, 0);
});
const count = pool.task((counter: Int32Array) => Atomics.add(counter, 0, 1) + 1);
/** Sets element 0 at its start, and ends when element 1 is set. */
const heed = pool.task(function (this: WorkerTask, seen: Int32Array) {
  Atomics.store(seen, 0, 1);
  return new Promise<string>((resolve) => {
    this.signal.addEventListener('abort', () => {
      Atomics.store(seen, 1, 1);
      resolve('stopped');
    });
  });
});

/** Blocks the thread while `meanwhile` runs. */
async function whileHeld(meanwhile: () => unknown): Promise<void> {
  const gate = sharedNumbers(2);
  const held = lastValueFrom(hold(gate));
  await waitUntil(() => gate[0] === 1);
  try {
    await meanwhile();
  } finally {
    Atomics.store(gate, 1, 1);
    Atomics.notify(gate, 1);
    await held;
  }
}

const isQuiet = (): boolean => pool.stats.running === 0;

describe('a task that is unsubscribed in the queue', () => {
  it('never runs', () =>
    expectInvariants(pool, async () => {
      const counter = sharedNumbers(1);
      await whileHeld(() => {
        const listener = recordNotifications(count(counter));
        expect(pool.stats.queued).toBe(1);
        listener.unsubscribe();
        expect(pool.stats.queued).toBe(0);
        expect(hasNoNotification(listener)).toBe(true);
      });
      expect(await count(counter)).toBe(1);
    }));

  it('is removed in constant time among a quarter of a million, from both ends of the queue', () =>
    expectInvariants(pool, async () => {
      const counter = sharedNumbers(1);
      const call = count(counter);
      let ends = 0;
      await whileHeld(() => {
        const leavers = Array.from({ length: 250_000 }, () =>
          call.subscribe(() => {
            ends++;
          }),
        );
        const stays = recordNotifications(call);
        leavers.slice(125_000).forEach((leaver) => {
          leaver.unsubscribe();
        });
        leavers.reverse().forEach((leaver) => {
          leaver.unsubscribe();
        });
        expect(pool.stats.queued).toBe(1);
        expect(stays.errors).toEqual([]);
      });
      expect(await count(counter)).toBe(2);
      expect(ends).toBe(0);
    }));

  it('never runs as a cancelled job, which fails once', () =>
    expectInvariants(pool, async () => {
      const counter = sharedNumbers(1);
      await whileHeld(async () => {
        const job = pool.do((shared: Int32Array) => Atomics.add(shared, 0, 1), counter);
        const heard = recordNotifications(job);
        job.cancel();
        await expect(job).rejects.toThrow(CancelledError);
        expect(heard.errors).toHaveLength(1);
      });
      expect(await count(counter)).toBe(1);
    }));
});

describe('a task that is unsubscribed after it was sent ahead', () => {
  it('is skipped by its thread, and the tasks beside it run', () =>
    expectInvariants(pool, async () => {
      const counter = sharedNumbers(1);
      await fillPrefetchWindows(pool);
      const gate = sharedNumbers(2);
      const held = recordNotifications(hold(gate));
      const sent = Array.from({ length: 6 }, () => recordNotifications(count(counter)));
      await waitUntil(() => gate[0] === 1);
      expect(pool.stats).toMatchObject({ running: 7, queued: 0 });
      const [stays, ...leavers] = sent;
      for (const leaver of leavers) leaver.unsubscribe();
      Atomics.store(gate, 1, 1);
      Atomics.notify(gate, 1);
      await waitUntil(isQuiet);
      expect(held.completions).toBe(1);
      expect(stays?.items).toEqual([1]);
      expect(leavers.every(hasNoNotification)).toBe(true);
      expect(counter[0]).toBe(1);
    }));
});

describe('a task that is unsubscribed while it runs', () => {
  it('gets its signal aborted, and its thread goes on', () =>
    expectInvariants(pool, async () => {
      const spawns = countOf('spawn');
      const seen = sharedNumbers(2);
      const listener = recordNotifications(heed(seen));
      await waitUntil(() => seen[0] === 1);
      listener.unsubscribe();
      await waitUntil(isQuiet);
      expect(seen[1]).toBe(1);
      expect(hasNoNotification(listener)).toBe(true);
      expect(spawns()).toBe(0);
    }));

  it('loses its thread if it ignores the signal, and another thread takes over', () =>
    expectInvariants(pool, async () => {
      const spawns = countOf('spawn');
      const begun = sharedNumbers(1);
      const spin = pool.task((flag: Int32Array) => {
        for (;;) Atomics.store(flag, 0, 1);
      });
      const listener = recordNotifications(spin(begun));
      await waitUntil(() => begun[0] === 1);
      listener.unsubscribe();
      expect(await count(sharedNumbers(1))).toBe(1);
      await waitUntil(isQuiet);
      expect(hasNoNotification(listener)).toBe(true);
      expect(spawns()).toBe(1);
    }));

  it('stops at the current item as a stream, and cleans up', () =>
    expectInvariants(pool, async () => {
      const seen = sharedNumbers(1);
      const ticks = pool.task(async function* (cleanedUp: Int32Array) {
        try {
          for (let index = 0; ; index++) {
            yield index;
            await new Promise((resolve) => void setTimeout(resolve, 1));
          }
        } finally {
          Atomics.store(cleanedUp, 0, 1);
        }
      });
      const listener = recordNotifications(ticks(seen));
      await waitUntil(() => listener.items.length >= 2);
      listener.unsubscribe();
      const heard = listener.items.length;
      await waitUntil(isQuiet);
      expect(seen[0]).toBe(1);
      expect(listener.items).toHaveLength(heard);
      expect(listener.completions + listener.errors.length).toBe(0);
    }));
});

describe('a task that is unsubscribed in the turn of its result', () => {
  it('emits nothing, although its result was sent', () =>
    expectInvariants(pool, async () => {
      const done = sharedNumbers(1);
      const finish = pool.task((flag: Int32Array) => {
        setImmediate(() => {
          Atomics.store(flag, 0, 1);
          Atomics.notify(flag, 0);
        });
        return 'result';
      });
      await finish(sharedNumbers(1));
      const listener = recordNotifications(finish(done));
      await Promise.resolve(); // the pool sends at the end of the turn
      await Promise.resolve();
      Atomics.wait(done, 0, 0);
      listener.unsubscribe();
      await waitUntil(isQuiet);
      expect(hasNoNotification(listener)).toBe(true);
    }));

  it('emits nothing after the item at which it was unsubscribed', () =>
    expectInvariants(pool, async () => {
      const numbers = pool.task(function* () {
        yield* [0, 1, 2, 3, 4, 5];
      });
      const items: number[] = [];
      let completions = 0;
      const subscription = numbers().subscribe({
        next: (item) => {
          items.push(item);
          if (item === 2) subscription.unsubscribe();
        },
        complete: () => {
          completions++;
        },
      });
      await waitUntil(() => items.length === 3);
      await waitUntil(isQuiet);
      expect(items).toEqual([0, 1, 2]);
      expect(completions).toBe(0);
    }));

  it('completes once if take(1) unsubscribes at its only value', () =>
    expectInvariants(pool, async (record) => {
      expect(await record(count(sharedNumbers(1)).pipe(take(1)))).toMatchObject({
        items: [1],
        ends: 1,
        isError: false,
      });
    }));
});

describe('a task that is unsubscribed twice, or after its end', () => {
  it('is counted as cancelled once', () =>
    expectInvariants(pool, async () => {
      const { cancelled } = pool.stats;
      await whileHeld(() => {
        const listener = recordNotifications(count(sharedNumbers(1)));
        listener.unsubscribe();
        listener.unsubscribe();
      });
      expect(pool.stats.cancelled).toBe(cancelled + 1);
    }));

  it('stays completed', () =>
    expectInvariants(pool, async () => {
      const { cancelled } = pool.stats;
      const listener = recordNotifications(count(sharedNumbers(1)));
      await waitUntil(() => listener.completions === 1);
      listener.unsubscribe();
      expect(pool.stats.cancelled).toBe(cancelled);
      expect(listener).toMatchObject({ items: [1], completions: 1 });
    }));
});

describe('a task whose signal is aborted', () => {
  const counting = (signal: AbortSignal) =>
    pool.task((counter: Int32Array) => Atomics.add(counter, 0, 1) + 1, { signal });

  it('never runs if the signal was aborted before; the error has the abort reason', () =>
    expectInvariants(pool, async (record) => {
      const counter = sharedNumbers(1);
      const recorded = await record(counting(AbortSignal.abort('too late'))(counter));
      expect(recorded.error).toBeInstanceOf(CancelledError);
      expect(recorded.error).toMatchObject({ reason: 'too late' });
      expect(counter[0]).toBe(0);
    }));

  it('never runs if the signal is aborted while the task is queued', () =>
    expectInvariants(pool, async (record) => {
      const counter = sharedNumbers(1);
      const controller = new AbortController();
      await whileHeld(async () => {
        const recorded = record(counting(controller.signal)(counter));
        controller.abort('changed my mind');
        expect((await recorded).error).toMatchObject({ name: 'CancelledError', reason: 'changed my mind' });
      });
      expect(await count(counter)).toBe(1);
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    }));

  it('stops if it runs, and its subscriber is notified at once', () =>
    expectInvariants(pool, async (record) => {
      const controller = new AbortController();
      const begun = sharedNumbers(1);
      const wait = pool.task(
        function (this: WorkerTask, flag: Int32Array) {
          Atomics.store(flag, 0, 1);
          return new Promise<void>((resolve) => {
            this.signal.addEventListener('abort', () => {
              resolve();
            });
          });
        },
        { signal: controller.signal },
      );
      const recorded = record(wait(begun));
      await waitUntil(() => begun[0] === 1);
      controller.abort();
      expect((await recorded).error).toBeInstanceOf(CancelledError);
      await waitUntil(isQuiet);
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    }));
});

it('a process whose only task was left ends, though the task goes on for ever', () => {
  const { lines, hasEndedWell } = runAlone(`
    const { WorkerPool } = require('sluice/pool');
    const pool = new WorkerPool({ size: 1, grace: 30 });
    const begun = new Int32Array(new SharedArrayBuffer(4));
    const left = pool.task((flag) => { for (;;) Atomics.store(flag, 0, 1); })(begun).subscribe();
    const look = () => {
      if (begun[0] === 0) return setTimeout(look, 1);
      left.unsubscribe();
      console.log('left');
    };
    look();`);
  expect(lines).toEqual(['left']);
  expect(hasEndedWell).toBe(true);
});

/** Number of events of this type since. */
function countOf(type: 'spawn'): () => number {
  let count = 0;
  const subscription = pool.events$.subscribe((event) => {
    if (event.type === type) count++;
  });
  return () => {
    subscription.unsubscribe();
    return count;
  };
}
