/** What was sent ahead to one thread and begins on another is one task, and counted as one. */
import { using, within } from './borrowed';
import { sentAhead, sharedNumbers, until } from './watched';

it('a pool counts a task once that one thread was sent and another has begun', () =>
  using({ size: 1, grace: 20 }, async (pool) => {
    await sentAhead(pool);
    const state = sharedNumbers(2);
    const waiting = pool.task((state: Int32Array) => {
      Atomics.add(state, 1, 1);
      Atomics.wait(state, 0, 0);
    });
    const both = [waiting(state).start(), waiting(state).start()];
    await until(() => pool.stats.running === 2);
    pool.size = 2;
    await until(() => Atomics.load(state, 1) === 2);
    expect(pool.stats).toMatchObject({ running: 2, queued: 0 });
    Atomics.store(state, 0, 1);
    Atomics.notify(state, 0);
    await within(Promise.all(both));
    expect(pool.stats).toMatchObject({ running: 0, queued: 0 });
  }));
