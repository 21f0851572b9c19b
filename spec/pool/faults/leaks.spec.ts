import { WorkerPool } from 'sluice/pool';
import { runAlone } from '../../support/process';
import { expectInvariantsAndClose } from './pool-invariants';

describe('a task that leaves a resource open', () => {
  it.each<readonly [string, () => unknown]>([
    ['a timer', () => void setInterval(() => undefined, 1)],
    [
      'a setImmediate that schedules the next',
      () => {
        const again = (): void => void setImmediate(again);
        again();
      },
    ],
    [
      'a server',
      async () => {
        const { createServer } = process.getBuiltinModule('node:net');
        const server = createServer();
        await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
      },
    ],
    [
      'a socket',
      async () => {
        const { createServer, connect } = process.getBuiltinModule('node:net');
        const server = createServer();
        await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
        const { port } = server.address() as { port: number };
        await new Promise(
          (resolve) =>
            void connect(port, '127.0.0.1', () => {
              resolve(undefined);
            }),
        );
      },
    ],
    [
      'a worker thread',
      async () => {
        const { Worker } = process.getBuiltinModule('node:worker_threads');
        const worker = new Worker('setInterval(() => {}, 1)', { eval: true });
        await new Promise((resolve) => void worker.once('online', resolve));
      },
    ],
    [
      'a port',
      () => {
        const { port1 } = new MessageChannel();
        port1.onmessage = () => undefined;
      },
    ],
    ['a promise that never settles', () => void new Promise(() => undefined)],
    [
      'an exit handler that never returns',
      () =>
        void process.on('exit', () => {
          for (;;);
        }),
    ],
  ])('does not keep the pool from closing: %s', async (_, fn) => {
    const pool = new WorkerPool({ size: 1 });
    await expectInvariantsAndClose(pool, async (record) => {
      const { isError } = await record(pool.task<[], unknown>(fn)());
      expect(isError).toBe(false);
    });
  });

  it('lets the process end, with and without closing the pool', () => {
    const { lines, hasEndedWell } = runAlone(`
      const { WorkerPool } = require('sluice/pool');
      (async () => {
        for (const isClosed of [true, false]) {
          const pool = new WorkerPool({ size: 2 });
          await Promise.all([1, 2].map(() => pool.do(() => {
            setInterval(() => {}, 1);
            require('node:net').createServer().listen(0, '127.0.0.1');
          })));
          if (isClosed) await pool.close();
          console.log('done');
        }
      })();
    `);
    expect(lines).toEqual(['done', 'done']);
    expect(hasEndedWell).toBe(true);
  });
});

describe('a task that prints 100 MB', () => {
  /** `write` replaces the reader of standard output; the spec's own messages go to standard error. */
  const print = (write: string, after: string): ReturnType<typeof runAlone> =>
    runAlone(`
      const { WorkerPool } = require('sluice/pool');
      let bytes = 0;
      const waiting = [];
      process.stdout.write = (chunk, encoding, done) => { ${write} };
      const pool = new WorkerPool({ size: 2, grace: 20 });
      const flood = (rounds) => {
        const megabyte = 'x'.repeat(1e6);
        return new Promise((resolve) => {
          let round = 0;
          const next = () => (round++ < rounds ? process.stdout.write(megabyte, next) : resolve('printed'));
          next();
        });
      };
      (async () => {
        ${after}
        console.error(process.memoryUsage().rss < 5e8);
        await pool.close();
        console.error('closed', pool.stats.threads);
      })();
    `);

  it('delivers all of it, in bounded memory', () => {
    const { stderr, hasEndedWell } = print(
      'bytes += chunk.length; (typeof encoding === "function" ? encoding : done)?.(); return true;',
      `console.error(await pool.do(flood, 100));
       while (bytes < 1e8) await new Promise((resolve) => setImmediate(resolve));
       console.error(bytes);`,
    );
    expect(stderr.split('\n')).toEqual(expect.arrayContaining(['printed', '100000000', 'true', 'closed 0']));
    expect(hasEndedWell).toBe(true);
  });

  it('waits while nothing reads it, and can be cancelled, and its pool closed', () => {
    const { stderr, hasEndedWell } = print(
      'bytes += chunk.length; waiting.push(done); return false;',
      `const job = pool.do(flood, 100);
       const begun = new Promise((resolve) => { const look = () => (bytes > 0 ? resolve() : setImmediate(look)); look(); });
       await begun;
       console.error(await pool.do(() => 'beside'), job.wait(100), bytes < 1e7);
       job.cancel();`,
    );
    expect(stderr.split('\n')).toEqual(expect.arrayContaining(['beside false true', 'true', 'closed 0']));
    expect(hasEndedWell).toBe(true);
  });

  it('may print it all at once, and still return its result', () => {
    const { stderr, hasEndedWell } = print(
      'bytes += chunk.length; (typeof encoding === "function" ? encoding : done)?.(); return true;',
      `console.error(await pool.do(() => {
         for (let line = 0; line < 1e5; line++) console.log('x'.repeat(999));
         return 'at once';
       }));`,
    );
    expect(stderr.split('\n')).toEqual(expect.arrayContaining(['at once', 'true', 'closed 0']));
    expect(hasEndedWell).toBe(true);
  });
});
