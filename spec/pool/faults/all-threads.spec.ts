/** Tasks that only end if they are at work at once, on as many threads as the pool has. */
import { transfer } from 'sluice/pool';
import { waitForThreads, usePool, settle } from './pool-fixture';
import { fillPrefetchWindows, sharedNumbers } from './record-events';

const url = require.resolve('./rendezvous.cjs');
const THREADS = 4;

describe.each([
  ['has only begun', waitForThreads],
  ['sends many ahead', fillPrefetchWindows],
])('a pool of four threads that %s', (_, prepare) => {
  it('runs as many tasks at once which move what they are given, and then as many again', () =>
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

  it('runs on all of them what one of its tasks asks for and waits for', () =>
    usePool({ size: THREADS }, async (pool) => {
      await prepare(pool);
      const asked = pool.do({ url, name: 'fanOut' }, 3 * THREADS, sharedNumbers(1), THREADS);
      expect(await settle(asked)).toBe(3 * THREADS);
    }));
});
