import { runAlone } from '../../support/process';

/** The checks of each environment: a value, a blocking get, a stream, an error, a crash, and closing. */
const TRIED = `
  const { WorkerPool } = require('sluice/pool');
  const pool = new WorkerPool({ size: 2, grace: 20 });
  const tried = async () => {
    const said = [await pool.do((n) => n + 1, 1), pool.do((n) => n + 1, 2).block()];
    const items = [];
    for await (const item of pool.task(function* () { yield 'a'; yield 'b'; })()) items.push(item);
    said.push(items.join('+'));
    said.push(await pool.do(() => { throw new RangeError('of the task'); }).then(String, String));
    said.push(await pool.do(() => process.exit(3)).then(String, ({ exitCode }) => exitCode));
    said.push(await pool.do(() => 'next').then(String, String));
    await pool.close();
    return said.join(', ');
  };
`;
const ALL = '2, 3, a+b, RangeError: of the task, 3, next';

describe('a pool in an unusual environment', () => {
  it('works in a forked process, which then ends by itself', () => {
    const { lines, hasEndedWell } = runAlone(`
      const { spawn } = require('node:child_process');
      const program = ${JSON.stringify(`${TRIED}; tried().then((said) => process.send(said));`)};
      const at = process.execArgv.indexOf('--eval');
      const child = spawn(process.execPath, [...process.execArgv.slice(0, at), '--eval', program], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
      child.on('message', (said) => console.log(said));
      child.on('exit', (code) => console.log('exit', code));
    `);
    expect(lines).toEqual([ALL, 'exit 0']);
    expect(hasEndedWell).toBe(true);
  });

  it('works in a worker thread, which then ends by itself or can be terminated', () => {
    const { lines, hasEndedWell } = runAlone(`
      const { Worker } = require('node:worker_threads');
      const run = (program) => new Promise((resolve) => {
        const worker = new Worker(program, { eval: true });
        worker.on('message', (said) => { console.log(said); if (said === 'busy') worker.terminate(); });
        worker.on('exit', resolve);
      });
      const begin = ${JSON.stringify(`const { parentPort } = require('node:worker_threads'); ${TRIED}`)};
      (async () => {
        console.log('exit', await run(begin + 'tried().then((said) => parentPort.postMessage(said));'));
        console.log('exit', await run(begin + 'pool.do(() => 1).then(() => { pool.do(() => { for (;;); }); setImmediate(() => parentPort.postMessage("busy")); });'));
      })();
    `);
    expect(lines).toEqual([ALL, 'exit 0', 'busy', 'exit 1']);
    expect(hasEndedWell).toBe(true);
  });

  it('works within a task of another pool', () => {
    const { lines, hasEndedWell } = runAlone(`
      const { WorkerPool } = require('sluice/pool');
      const outer = new WorkerPool({ size: 1 });
      const inner = new Function(${JSON.stringify(`${TRIED}; return tried();`)});
      (async () => {
        console.log(await outer.do(inner));
        console.log(await outer.do(() => 'next'));
        await outer.close();
      })();
    `);
    expect(lines).toEqual([ALL, 'next']);
    expect(hasEndedWell).toBe(true);
  });

  it('works beside a second copy of the library', () => {
    const { lines, hasEndedWell } = runAlone(`
      ${TRIED}
      const built = require('node:path').join(process.cwd(), 'dist');
      for (const file of Object.keys(require.cache)) if (file.startsWith(built)) delete require.cache[file];
      const second = require('sluice/pool');
      const other = new second.WorkerPool({ size: 1 });
      (async () => {
        console.log(second.WorkerPool === WorkerPool);
        const [mine, its] = [pool.task((n) => n * 2), other.task((n) => n * 3)];
        // Each copy accepts the pool tasks of the other as functions, and its futures as arguments.
        console.log(await pool.do(its, 5), await other.do(mine, 5), pool.do(its, 6).block(), other.do(mine, 6).block());
        console.log(await other.do((bytes) => bytes.byteLength, second.transfer(new ArrayBuffer(8))));
        const failed = await other.do(() => process.exit(2)).then(String, (error) => error);
        console.log(failed instanceof second.WorkerCrashError, failed.code);
        console.log(await tried());
        console.log(await other.do(() => 'still there'));
        await other.close();
      })();
    `);
    expect(lines).toEqual(['false', '15 10 18 12', '8', 'true SLUICE_WORKER_CRASH', ALL, 'still there']);
    expect(hasEndedWell).toBe(true);
  });
});
