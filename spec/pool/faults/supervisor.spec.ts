/** The loss of the supervisor, the thread that starts and kills all others. */
import { runAlone } from '../../support/process';
import { temporaryFolder } from '../../support/temporary-folder';

const files = temporaryFolder();

/** Runs a program whose threads require another file first. */
const aloneWith = (required: string, program: string): ReturnType<typeof runAlone> =>
  runAlone(`const { WorkerPool } = require('sluice/pool'); (async () => { ${program} })();`, {
    flags: ['--require', files.write('required.cjs', required)],
  });

describe('a supervisor that does not start', () => {
  it('fails all tasks with the reason, and keeps neither the pool nor the process from ending', () => {
    const { lines, stderr, hasEndedWell } = aloneWith(
      `if (!require('node:worker_threads').isMainThread) throw new Error('not in threads');`,
      `
      const pool = new WorkerPool({ size: 2 });
      const print = ({ name, cause }) => console.log(name, cause.message);
      await Promise.all([1, 2, 3].map((n) => pool.do((n) => n, n).then(console.log, print)));
      await pool.do(() => 'the next').then(console.log, print);
      await pool.close();
      console.log('closed', pool.stats.threads);
    `,
    );
    const recorded = 'WorkerStartError not in threads';
    expect({ lines, stderr }).toEqual({ lines: [recorded, recorded, recorded, recorded, 'closed 0'], stderr: '' });
    expect(hasEndedWell).toBe(true);
  });
});

describe('a supervisor that fails while a task runs', () => {
  it('fails that task, and all pools go on with a new supervisor', () => {
    const { lines, stderr, hasEndedWell } = aloneWith(
      // The supervisor is the first thread, with the environment of the process.
      `if (require('node:worker_threads').threadId === 1) {
        setInterval(() => { if (process.env.ENDS) throw new Error('lost'); }, 1);
      }`,
      `
      const [pool, other] = [new WorkerPool({ size: 1 }), new WorkerPool({ size: 1 })];
      console.log(await other.do(() => 'before'));
      const begun = new Int32Array(new SharedArrayBuffer(4));
      const first = pool.do((begun) => { Atomics.store(begun, 0, 1); return new Promise(() => {}); }, begun);
      while (begun[0] === 0) await new Promise((resolve) => setImmediate(resolve));
      process.env.ENDS = 'now';
      await first.then(console.log, ({ name }) => console.log(name));
      console.log(await pool.do(() => 'second'), await other.do(() => 'other'));
      await Promise.all([pool.close(), other.close()]);
      console.log('closed', pool.stats.threads, other.stats.threads);
    `,
    );
    expect({ lines, stderr }).toEqual({
      lines: ['before', 'WorkerCrashError', 'second other', 'closed 0 0'],
      stderr: '',
    });
    expect(hasEndedWell).toBe(true);
  });
});
