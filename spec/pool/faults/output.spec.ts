import { runAlone } from '../../support/process';

const LINES = Array.from({ length: 20 }, (_, index) => `line ${String(index + 1)}`);

/** Runs a program with a pool of one thread and a task that prints twenty lines. */
const printing = (program: string): ReturnType<typeof runAlone> =>
  runAlone(`
    const { WorkerPool } = require('sluice/pool');
    const newPool = (config) => new WorkerPool({ size: 1, grace: 20, ...config });
    const pool = newPool();
    const print = () => { for (let n = 1; n <= 20; n++) console.log('line', n); };
    (async () => { ${program} })();
  `);

describe('what a task has printed', () => {
  it('arrives whole before each orderly end of its thread, and before each end by force', () => {
    const ends = ['close', 'close at once', 'force', 'using', 'size', 'idle', 'block', 'exit', 'kill'];
    const { lines, stderr } = printing(`
      const ends = {
        'close': async (pool) => { await pool.do(print); await pool.close(); },
        'close at once': async (pool) => { pool.do(print); await pool.close(); },
        'force': async (pool) => { await pool.do(print); await pool.close({ force: true }); },
        'using': async (pool) => { await pool.do(print); await pool[Symbol.asyncDispose](); },
        'size': async (pool) => { await pool.do(print); pool.size = 0; },
        'idle': async () => {
          const pool = new WorkerPool({ min: 0, max: 1, idleTimeout: 1 });
          const ended = new Promise((resolve) => pool.events$.subscribe(({ type }) => type === 'exit' && resolve()));
          await pool.do(print);
          await Promise.all([ended, pool.do(() => new Promise((resolve) => setTimeout(resolve, 5)))]);
        },
        'block': (pool) => { pool.do(print).block(); },
        'exit': async (pool) => {
          await pool.do(() => { for (let n = 1; n <= 20; n++) console.log('line', n); process.exit(1); }).then(0, () => 0);
        },
        'kill': async (pool) => {
          const state = new Int32Array(new SharedArrayBuffer(4));
          const job = pool.do((state) => {
            for (let n = 1; n <= 20; n++) console.log('line', n);
            for (state[0] = 1; ;);
          }, state);
          while (state[0] === 0) await new Promise((resolve) => setTimeout(resolve, 1));
          job.cancel();
          await pool.close();
        },
      };
      const { write } = process.stdout;
      const alive = setInterval(() => {}, 1e6);
      for (const [name, end] of Object.entries(ends)) {
        const text = [];
        process.stdout.write = (chunk) => text.push(chunk) > 0;
        await end(newPool());
        process.stdout.write = write;
        console.log(name, text.join('').split('\\n').length - 1);
      }
      clearInterval(alive);
    `);
    expect(stderr).toBe('');
    expect(lines).toEqual(ends.map((name) => `${name} 20`));
  });

  it.each([
    ['the natural end of the process', 'await pool.do(print);'],
    [
      '`process.exit`, also what it prints after its result',
      `await pool.do(() => void setTimeout(() => { for (let n = 1; n <= 20; n++) console.log('line', n); }));
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
       process.exit();`,
    ],
  ])('arrives whole before %s', (_, program) => {
    expect(printing(program).lines).toEqual(LINES);
  });

  it('to stderr arrives whole before the natural end of the process', () => {
    const { stderr } = printing(`await pool.do(() => { for (let n = 1; n <= 20; n++) console.error('line', n); });`);
    expect(stderr.split('\n').filter(Boolean)).toEqual(LINES);
  });

  it('arrives before its result, as it was written: bytes, parts of a buffer, and texts in other encodings', () => {
    const { lines } = printing(`
      await pool.do((n) => { console.log('task', n); }, 1);
      console.log('result 1');
      pool.do((n) => { console.log('task', n); }, 2).block();
      console.log('result 2');
      await pool.do(() => {
        process.stdout.write(Buffer.from('bytes ä\\n'));
        process.stdout.write(new Uint8Array(Buffer.from('--part\\n--')).subarray(2, 7));
        process.stdout.write('68657820', 'hex');
        process.stdout.write('bGF0ZXIK', 'base64');
        process.stdout.cork();
        process.stdout.write('co');
        process.stdout.write(Buffer.from('rk'));
        process.stdout.write('ed\\n');
        process.stdout.uncork();
        return new Promise((resolve) => process.stdout.write('called back\\n', resolve));
      });
      await pool.do(() => {
        Array.prototype.stream = 'stdout';
        for (const name of ['slice', 'map', 'forEach', 'shift']) Array.prototype[name] = undefined;
        process.stdout.write('from changed prototypes\\n');
      });
      console.log('next', await pool.do(() => 'works'));
    `);
    expect(lines).toEqual([
      ...['task 1', 'result 1', 'task 2', 'result 2', 'bytes ä', 'part', 'hex later', 'corked', 'called back'],
      ...['from changed prototypes', 'next works'],
    ]);
  });

  it('arrives in its order and once if it exceeds what may be on its way', () => {
    const { lines, hasEndedWell } = printing(`
      await pool.do(() => { for (let n = 0; n < 20_000; n++) console.log(n); });
      await pool.do(() => {
        for (let n = 20_000; n < 40_000; n++) console.log(n);
        return new Promise((resolve) => setImmediate(resolve, 1));
      });
    `);
    expect(lines).toEqual(Array.from({ length: 40_000 }, (_, n) => String(n)));
    expect(hasEndedWell).toBe(true);
  });

  it('arrives from a pool in a task', () => {
    const { lines } = printing(`
      await pool.do(async () => {
        const { WorkerPool } = require('sluice/pool');
        const inner = new WorkerPool({ size: 1 });
        await inner.do(() => { for (let n = 1; n <= 20; n++) console.log('line', n); });
        await inner.close();
      });
      await pool.close();
    `);
    expect(lines).toEqual(LINES);
  });
});
