/** Platform work that a synchronous task starts goes on, although later tasks could run without the event loop. */
import { poolFixture } from './pool-fixture';
import { sharedNumbers, waitUntil } from '../../support/shared-memory';

const poolOf = poolFixture();

const cases: readonly (readonly [string, (flag: Int32Array) => void])[] = [
  ['a timer that holds nothing up', (flag) => void setTimeout(() => Atomics.add(flag, 0, 1), 50).unref()],
  [
    'an AbortSignal.timeout',
    (flag) => {
      AbortSignal.timeout(50).addEventListener('abort', () => Atomics.add(flag, 0, 1));
    },
  ],
  [
    'the derivation of a key',
    (flag) => {
      const { pbkdf2 } = process.getBuiltinModule('node:crypto');
      pbkdf2('a', 'b', 20_000, 64, 'sha512', () => Atomics.add(flag, 0, 1));
    },
  ],
  [
    'compression',
    (flag) => {
      process.getBuiltinModule('node:zlib').gzip(Buffer.alloc(5e6, 'a'), () => Atomics.add(flag, 0, 1));
    },
  ],
  [
    'a digest',
    (flag) => {
      void crypto.subtle.digest('SHA-256', new Uint8Array(2e7)).then(() => Atomics.add(flag, 0, 1));
    },
  ],
  [
    'an unreferenced child process',
    (flag) => {
      const { spawn } = process.getBuiltinModule('node:child_process');
      const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
      child.on('exit', () => Atomics.add(flag, 0, 1));
      child.unref();
    },
  ],
];

describe.each(cases)('a synchronous task that leaves %s running', (_, leave) => {
  it('gets the completion of that work, whatever synchronous tasks ran meanwhile', async () => {
    const pool = poolOf({ size: 1 });
    const flag = sharedNumbers(1);
    await pool.do(leave, flag);
    for (let n = 0; n < 3; n++) await pool.do(() => 1);
    await waitUntil(() => flag[0] === 1);
    expect(pool.stats.threads).toBe(1);
  });
});
