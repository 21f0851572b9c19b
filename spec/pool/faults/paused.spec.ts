/** Pools that are paused, and have no thread that could keep the process alive. */
import { runAlone } from '../../support/process';

const paused = (program: string): ReturnType<typeof runAlone> =>
  runAlone(`
    const { WorkerPool } = require('sluice/pool');
    const print = (job) => { job.then(console.log, ({ code }) => console.log(code)); };
    (async () => { ${program} })();
  `);

describe('a paused pool with work in its queue', () => {
  it.each([
    [
      'had threads',
      'const pool = new WorkerPool({ size: 1 }); await pool.do(() => 0); pool.size = 0; print(pool.do(() => 1));',
    ],
    ['never had threads', 'const pool = new WorkerPool({ size: 0 }); print(pool.do(() => 1));'],
    [
      'is paused while it closes',
      `const pool = new WorkerPool({ size: 1 }); await pool.do(() => 0);
       pool.do(() => new Promise((resolve) => setTimeout(resolve, 100)));
       await new Promise((resolve) => setTimeout(resolve, 20)); print(pool.do(() => new Promise((resolve) => setTimeout(resolve, 1e6))));
       pool.close(); pool.size = 0;`,
    ],
    [
      'has tasks that wait for their arguments',
      `const { AsyncValue } = require('sluice'); const value = new AsyncValue(); setTimeout(() => value.set(1), 20);
       const pool = new WorkerPool({ size: 0 }); print(pool.do((n) => n, value));`,
    ],
  ])('closes, and fails that work, if it %s', (_, program) => {
    const { lines, hasEndedWell } = paused(`${program} await pool.close(); console.log('closed', pool.stats.threads);`);
    expect(lines).toEqual(['SLUICE_POOL_CLOSED', 'closed 0']);
    expect(hasEndedWell).toBe(true);
  });

  it('closes also within a blocking wait, and if a running task waits for a nested one', () => {
    const { lines, hasEndedWell } = paused(`
      const empty = new WorkerPool({ size: 0 });
      print(empty.do(() => 1));
      empty.close().block();
      const pool = new WorkerPool({ size: 1 });
      const job = pool.do(async function () {
        await new Promise((resolve) => setTimeout(resolve, 50));
        return this.do(() => 'nested').then(String, ({ code }) => 'nested ' + code);
      });
      await pool.do(() => 1).then(0, 0);
      pool.size = 0;
      print(job);
      await pool.close();
      console.log('closed');
    `);
    expect(lines.at(-1)).toBe('closed');
    expect(lines).toContain('SLUICE_POOL_CLOSED');
    expect(hasEndedWell).toBe(true);
  });

  it('keeps the process alive until the time limits of its tasks and of close()', () => {
    const { lines, hasEndedWell } = paused(`
      const timed = new WorkerPool({ size: 0, taskTimeout: 30 });
      await timed.do(() => 1).then(console.log, ({ code }) => console.log(code));
      const waiting = new WorkerPool({ size: 0 });
      const { Future } = require('sluice');
      print(waiting.do((n) => n, new Future(() => {})));
      await waiting.close({ timeout: 30 });
      console.log('closed');
    `);
    expect(lines).toEqual(['SLUICE_TIMEOUT', 'SLUICE_POOL_CLOSED', 'closed']);
    expect(hasEndedWell).toBe(true);
  });

  it('lets the process end, if nothing limits its tasks', () => {
    expect(paused(`print(new WorkerPool({ size: 0 }).do(() => 1));`)).toMatchObject({ lines: [], hasEndedWell: true });
  });
});
