/** What a plain task leaves to its thread goes on, though what follows could be answered without turning its loop. */
import { poolFixture } from './pool-fixture';
import { sharedNumbers, waitUntil } from './record-events';

const poolOf = poolFixture();

const cases: readonly (readonly [string, (flag: Int32Array) => void])[] = [
  ['a timer that holds nothing up', (flag) => void setTimeout(() => Atomics.add(flag, 0, 1), 50).unref()],
  [
    'a signal of a time-out',
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
    'a child that holds nothing up',
    (flag) => {
      const { spawn } = process.getBuiltinModule('node:child_process');
      const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
      child.on('exit', () => Atomics.add(flag, 0, 1));
      child.unref();
    },
  ],
];

describe.each(cases)('a plain task that leaves behind %s', (_, leave) => {
  it('finds its thread awake when that ends, whatever plain tasks came between', async () => {
    const pool = poolOf({ size: 1 });
    const flag = sharedNumbers(1);
    await pool.do(leave, flag);
    for (let n = 0; n < 3; n++) await pool.do(() => 1);
    await waitUntil(() => flag[0] === 1);
    expect(pool.stats.threads).toBe(1);
  });
});
