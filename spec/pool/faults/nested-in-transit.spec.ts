/** Nested calls that are on their way to the host while another task, or a close, interferes. */
import { transfer, type WorkerTask } from 'sluice/pool';
import { runAlone } from '../../support/process';
import { ignore, usePool, settle } from './pool-fixture';
import { sharedNumbers, waitUntil } from '../../support/shared-memory';

/** Returns when the other side has reached `step`. */
const reached = (state: Int32Array, step: number): void => {
  for (let now = Atomics.load(state, 0); now < step; now = Atomics.load(state, 0)) Atomics.wait(state, 0, now);
};

const goOn = (state: Int32Array, step: number): void => {
  Atomics.store(state, 0, step);
  Atomics.notify(state, 0);
};

describe('a nested call on a pool with one thread', () => {
  it.each<[string, (this: WorkerTask, state: Int32Array) => Promise<unknown>]>([
    [
      'moves nothing',
      function (state) {
        Atomics.store(state, 0, 1);
        Atomics.wait(state, 0, 1);
        return this.do(() => 8);
      },
    ],
    [
      'moves something too',
      function (state) {
        Atomics.store(state, 0, 1);
        Atomics.wait(state, 0, 1);
        return this.do((buffer: ArrayBuffer) => buffer.byteLength, this.transfer(new ArrayBuffer(8)));
      },
    ],
  ])('is not blocked by a task with a transferred argument that waits for that thread: it %s', (_, outer) =>
    usePool({ size: 1 }, async (pool) => {
      const state = sharedNumbers(1);
      const job = pool.do(outer, state);
      await waitUntil(() => state[0] === 1);
      const moving = pool.do((buffer: ArrayBuffer) => buffer.byteLength, transfer(new ArrayBuffer(16)));
      expect(pool.stats.queued).toBe(1);
      goOn(state, 2);
      expect(await settle(job)).toBe(8);
      expect(await settle(moving)).toBe(16);
    }),
  );

  it('is rejected by a pool that was closed by force meanwhile, which then ends', () =>
    usePool({ size: 1 }, async (pool) => {
      const state = sharedNumbers(1);
      const job = pool.do(function (this: WorkerTask, state: Int32Array) {
        Atomics.store(state, 0, 1);
        Atomics.wait(state, 0, 1);
        const nested = this.do(() => 1);
        Atomics.store(state, 0, 3);
        Atomics.notify(state, 0);
        return nested;
      }, state);
      job.subscribe({ error: ignore });
      await waitUntil(() => state[0] === 1);
      goOn(state, 2);
      // The call was posted, and cannot be read before the end of this turn.
      reached(state, 3);
      expect(await settle(pool.close({ force: true }))).toBe(undefined);
      expect(pool.stats).toMatchObject({ threads: 0, queued: 0, running: 0, failed: 1 });
      expect(await settle(job)).toMatchObject({ code: 'SLUICE_POOL_CLOSED' });
    }));

  it('does not keep the process alive if its pool was closed by force meanwhile', () => {
    const { lines, stderr, hasEndedWell } = runAlone(`
      const { WorkerPool } = require('sluice/pool');
      const pool = new WorkerPool({ size: 1 });
      const state = new Int32Array(new SharedArrayBuffer(4));
      pool.task(function (state) {
        Atomics.store(state, 0, 1);
        const nested = this.do(() => 1);
        Atomics.store(state, 0, 2);
        Atomics.notify(state, 0);
        // Main may be between two looks: until it has closed the pool, nothing comes of this.
        Atomics.wait(state, 0, 2);
        return nested;
      })(state).subscribe({ error: ({ name }) => console.log(name) });
      const look = () => {
        if (state[0] === 0) return setImmediate(look);
        Atomics.wait(state, 0, 1);
        void pool.close({ force: true }).then(() => console.log('closed'));
      };
      look();
    `);
    expect({ lines, stderr }).toEqual({ lines: ['PoolClosedError', 'closed'], stderr: '' });
    expect(hasEndedWell).toBe(true);
  });
});
