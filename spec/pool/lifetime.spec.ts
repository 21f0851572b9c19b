/**
 * A process with a pool ends by itself when its pending work has ended, and not before.
 */
import { runAlone } from '../support/process';

/** Runs a program with a pool in its own process. */
const run = (program: string): ReturnType<typeof runAlone> =>
  runAlone(`
    const { WorkerPool } = require('sluice/pool');
    const pool = new WorkerPool({ size: 1, grace: 20 });
    const slowly = (n) => new Promise((resolve) => setTimeout(() => resolve(n), 30));
    const never = () => new Promise(() => setInterval(() => undefined, 1_000));
    ${program}`);

describe('a process ends by itself', () => {
  it.each([
    ['with a pool that was never used', '', []],
    ['with a pool that is idle again', 'pool.do((n) => n, 1).then(console.log);', ['1']],
    ['with two pools, idle', 'new WorkerPool({ size: 1 }).do(() => 2).then(console.log);', ['2']],
    [
      'with a pool of size 0 and a queued task',
      'const parked = new WorkerPool({ size: 0 }); void parked.do(() => 1);',
      [],
    ],
    [
      'with an idle thread that waits for its idleTimeout',
      'new WorkerPool({ max: 1, idleTimeout: 3_600_000 }).do(() => 3).then(console.log);',
      ['3'],
    ],
    [
      'with the timeout of a task that has ended',
      'pool.task(() => 4, { timeout: 3_600_000 })().then(console.log);',
      ['4'],
    ],
    [
      'with timers and servers that a task has left open',
      `pool.do(() => {
        setInterval(() => undefined, 1_000);
        process.getBuiltinModule('node:net').createServer().listen(0);
        return 5;
      }).then(console.log);`,
      ['5'],
    ],
    [
      'when a task without a subscriber still runs',
      `const running = pool.task(never)().subscribe();
       setTimeout(() => { running.unsubscribe(); console.log('left'); }, 50);`,
      ['left'],
    ],
    ['when its pool was closed', 'pool.do(() => 6).then(console.log); void pool.close();', ['6']],
    [
      'when its pool was closed by force',
      'void pool.do(never).then(undefined, (e) => console.log(e.code)); void pool.close({ force: true });',
      ['SLUICE_POOL_CLOSED'],
    ],
    ['after a block', 'console.log(pool.do((n) => n, 7).block());', ['7']],
    [
      'after a task that exited its thread',
      'pool.do(() => process.exit(1)).then(undefined, (error) => console.log(error.code));',
      ['SLUICE_WORKER_CRASH'],
    ],
    ['with the scheduler of a pool, idle', 'rx.scheduled([8], pool.scheduler).subscribe(console.log);', ['8']],
  ])('%s', (_when, program, lines) => {
    expect(run(program)).toEqual({ lines, stderr: '', hasEndedWell: true });
  });
});

describe('a process does not end before', () => {
  it.each([
    ['a job with a waiter has ended', "pool.do(slowly, 'done').then(console.log);", ['done']],
    [
      'a job without a waiter has ended',
      `const done = new Int32Array(new SharedArrayBuffer(4));
       void pool.do((state) => new Promise((resolve) => setTimeout(() => resolve(Atomics.store(state, 0, 1)), 30)), done);
       process.on('exit', () => console.log(done[0]));`,
      ['1'],
    ],
    [
      'a queue of jobs has ended',
      'for (let n = 1; n <= 3; n++) pool.do(slowly, n).then(console.log);',
      ['1', '2', '3'],
    ],
    [
      'a stream has ended',
      `pool.task(async function* () {
        for (let n = 1; n <= 3; n++) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          yield n;
        }
      })().subscribe(console.log);`,
      ['1', '2', '3'],
    ],
    [
      'a stream in a for await has ended',
      `(async () => {
        for await (const n of pool.task(function* () { yield 1; yield 2; })()) console.log(n);
      })();`,
      ['1', '2'],
    ],
    ['a chain of jobs has ended', 'pool.do(slowly, 1).chain((n) => n + 1).chain(slowly).then(console.log);', ['2']],
    [
      'an awaited close has ended',
      "void pool.do(slowly, 'x'); pool.close().then(() => console.log('closed'));",
      ['closed'],
    ],
    ['close of an unused pool has ended', "pool.close().then(() => console.log('closed'));", ['closed']],
    ['drain has ended', "void pool.do(slowly, 'x'); pool.drain().then(() => console.log('drained'));", ['drained']],
    [
      'drain has ended, which waits for a cancelled task',
      `const job = pool.do(never);
       setTimeout(() => { job.cancel(); pool.drain().then(() => console.log('drained')); }, 50);`,
      ['drained'],
    ],
    [
      'a cancelled job and its clean-up have ended',
      `const job = pool.do(function () {
         return new Promise((resolve) => this.signal.addEventListener('abort', () => setTimeout(resolve, 10)));
       });
       setTimeout(() => { job.cancel(); job.then(undefined, (error) => console.log(error.code)); }, 50);`,
      ['SLUICE_CANCELLED'],
    ],
    [
      'a queued task has run on the thread that replaces a lost one',
      `pool.do(() => process.exit(1)).then(undefined, () => undefined);
       pool.do(() => 'on another').then(console.log);`,
      ['on another'],
    ],
    [
      'the timeout of a task has elapsed',
      'pool.task(never, { timeout: 50 })().then(undefined, (error) => console.log(error.code));',
      ['SLUICE_TIMEOUT'],
    ],
    [
      'a batch whose resolver is a task of a pool has landed',
      `const resolve = pool.task((ids) => ids.map((id) => 'user ' + id));
       const userById = batch((ids) => resolve(ids));
       userById(7).then(console.log);`,
      ['user 7'],
    ],
  ])('%s', (_what, program, lines) => {
    expect(run(program)).toEqual({ lines, stderr: '', hasEndedWell: true });
  });
});
