/** Tasks that end only while other tasks run at the same time, on all threads of the pool. */
import { transfer } from 'sluice/pool';
import { waitForThreads, usePool, settle } from './pool-fixture';
import { sharedNumbers } from '../../support/shared-memory';
import { fillPrefetchWindows } from './record-notifications';

const url = require.resolve('./rendezvous.cjs');
const THREADS = 4;

describe.each([
  ['has only begun', waitForThreads],
  ['sends many ahead', fillPrefetchWindows],
])('a pool of four threads that %s', (_, prepare) => {
  it('runs one task with a transferred argument on each thread at once, twice in a row', () =>
    usePool({ size: THREADS }, async (pool) => {
      await prepare(pool);
      const rounds = [sharedNumbers(1), sharedNumbers(1)];
      const jobs = rounds.flatMap((come) =>
        Array.from({ length: THREADS }, () =>
          pool.do({ url, name: 'meet' }, come, THREADS, transfer(new ArrayBuffer(8))),
        ),
      );
      expect(await settle(Promise.all(jobs))).toHaveLength(2 * THREADS);
      expect(pool.stats).toMatchObject({ threads: THREADS, running: 0, failed: 0 });
    }));

  it('runs the nested calls of one task on all threads at once', () =>
    usePool({ size: THREADS }, async (pool) => {
      await prepare(pool);
      const job = pool.do({ url, name: 'fanOut' }, 3 * THREADS, sharedNumbers(1), THREADS);
      expect(await settle(job)).toBe(3 * THREADS);
    }));
});
