/** A nested call by a reference, which also compiles. */
import { type WorkerTask } from 'sluice/pool';
import { usePool, settle } from './faults/pool-fixture';

it('a task can call an export of a module on its own pool, by a reference', () =>
  usePool({ size: 1 }, async (pool) => {
    const job = pool.do(function (this: WorkerTask) {
      return this.do({ url: 'node:path', name: 'basename' }, '/a/b.c');
    });
    expect(await settle(job)).toBe('b.c');
  }));
