/** A task that was sent ahead to one thread and starts on another is counted once. */
import { usePool, settle } from './pool-fixture';
import { sharedNumbers, waitUntil } from '../../support/shared-memory';
import { fillPrefetchWindows } from './record-notifications';

it('a pool counts a task once that was sent to one thread and started on another', () =>
  usePool({ size: 1, grace: 20 }, async (pool) => {
    await fillPrefetchWindows(pool);
    const state = sharedNumbers(2);
    const waiting = pool.task((state: Int32Array) => {
      Atomics.add(state, 1, 1);
      Atomics.wait(state, 0, 0);
    });
    const both = [waiting(state).start(), waiting(state).start()];
    await waitUntil(() => pool.stats.running === 2);
    pool.size = 2;
    await waitUntil(() => Atomics.load(state, 1) === 2);
    expect(pool.stats).toMatchObject({ running: 2, queued: 0 });
    Atomics.store(state, 0, 1);
    Atomics.notify(state, 0);
    await settle(Promise.all(both));
    expect(pool.stats).toMatchObject({ running: 0, queued: 0 });
  }));
