/** A thread whose task waits for nested calls takes tasks that wait on another thread behind a long task. */
import { type WorkerTask } from 'sluice/pool';
import { usePool, settle } from './pool-fixture';
import { sharedNumbers } from '../../support/shared-memory';
import { fillPrefetchWindows } from './record-notifications';

describe('a thread whose task waits for nested calls', () => {
  it('runs tasks that were sent ahead to a busy thread', () =>
    usePool({ size: 2, grace: 20 }, async (pool) => {
      await fillPrefetchWindows(pool);
      const fanOut = pool.do(async function (this: WorkerTask, come: Int32Array) {
        const long = this.do((come: Int32Array) => {
          for (let count = 0; count < 8; count = Atomics.load(come, 0)) Atomics.wait(come, 0, count);
        }, come);
        const short = Array.from({ length: 8 }, () =>
          this.do((come: Int32Array) => {
            Atomics.add(come, 0, 1);
            return Atomics.notify(come, 0);
          }, come),
        );
        const all = await Promise.all([long, ...short]);
        return all.length;
      }, sharedNumbers(1));
      expect(await settle(fanOut)).toBe(9);
    }));
});
