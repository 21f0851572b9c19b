import { SHARE_ENV } from 'node:worker_threads';
import { writeFileSync } from 'node:fs';
import { WorkerPool, WorkerStartError, type WorkerPoolConfig } from 'sluice/pool';
import { runAlone } from '../../support/process';
import { temporaryFolder } from '../../support/temporary-folder';
import { expectInvariants } from './pool-invariants';

const files = temporaryFolder();

/** A pool, and the number of threads that it has started. */
function counted(config: WorkerPoolConfig): { readonly pool: WorkerPool; spawned: () => number } {
  const pool = new WorkerPool(config);
  let spawned = 0;
  pool.events$.subscribe(({ type }) => (spawned += type === 'spawn' ? 1 : 0));
  return { pool, spawned: () => spawned };
}

const hopeless: readonly (readonly [string, WorkerPoolConfig, RegExp])[] = [
  ['execArgv that Node does not know', { execArgv: ['--no-such-flag'] }, /invalid execArgv flags: --no-such-flag/],
  ['execArgv of the process alone', { execArgv: ['--max-old-space-size=100'] }, /invalid execArgv flags/],
  ['NODE_OPTIONS that Node does not know', { env: { NODE_OPTIONS: '--no-such-flag' } }, /invalid NODE_OPTIONS/],
  [
    'NODE_OPTIONS that require what is missing',
    { env: { NODE_OPTIONS: '--require /no/such.js' } },
    /Cannot find module/,
  ],
  [
    // With 4 MB alone, a thread sometimes starts and runs out of memory in its first task.
    'a heap too small for its init',
    {
      resourceLimits: { maxOldGenerationSizeMb: 4 },
      init: () => {
        for (const kept: unknown[] = []; ;) kept.push(new Array(1000).fill(kept));
      },
    },
    /out of memory/,
  ],
  ['a stack that no machine has', { resourceLimits: { stackSizeMb: 100_000 } }, /EAGAIN|ERR_WORKER_INIT_FAILED/],
  [
    'an init that throws',
    {
      init: () => {
        throw new Error('not fit');
      },
    },
    /not fit/,
  ],
  [
    'an init that throws null',
    {
      init: () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- that is what is tried
        throw null;
      },
    },
    /null, which is not an Error/,
  ],
  ['an init that rejects', { init: () => Promise.reject(new Error('not fit')) }, /not fit/],
  ['an init that exits', { init: () => process.exit(7) }, /exit 7/],
  ['an init whose module is missing', { init: { url: '/no/such/module.mjs' } }, /Cannot find module/],
];

describe.each(hopeless)('threads that cannot start: %s', (_, config, why) => {
  it.each([1, 3])(
    'fail all waiting tasks with the reason, and are not retried for ever, with %i of them',
    async (size) => {
      const { pool, spawned } = counted({ size, ...config });
      const errors = await Promise.all(
        [1, 2, 3].map((n) =>
          pool
            .do((m: number) => m, n)
            .then(
              () => undefined,
              (error: unknown) => error,
            ),
        ),
      );
      for (const error of errors) {
        expect(error).toBeInstanceOf(WorkerStartError);
        expect((error as Error).message).toMatch(why);
      }
      expect(() => pool.do(() => 'blocked').block()).toThrow(WorkerStartError);
      // Those it began with, three tries, and one for the newcomer; the others of a pool may have been under way.
      expect(spawned()).toBeLessThanOrEqual(4 + 3 * (size - 1));
      await pool.close();
      expect(pool.stats.threads).toBe(0);
    },
  );
});

describe('threads that could not start', () => {
  it('start when the cause is gone, and run the next task', async () => {
    const flag = `${files.path}/flag`;
    const { pool } = counted({
      size: 2,
      env: { FLAG: flag },
      init: () => {
        const { existsSync } = process.getBuiltinModule('node:fs');
        if (!existsSync(process.env['FLAG'] ?? '')) throw new Error('no flag');
      },
    });
    await expect(pool.do(() => 1)).rejects.toBeInstanceOf(WorkerStartError);
    writeFileSync(flag, '');
    await expectInvariants(
      pool,
      async (record) => {
        expect((await record(pool.task(() => 'fit')())).items).toEqual(['fit']);
      },
      { min: 1, max: 2 },
    );
    await pool.close();
  });

  it('cause no uncaught error, and let the process end by itself, also if NODE_OPTIONS changes', () => {
    const { lines, hasEndedWell } = runAlone(`
      const { WorkerPool } = require('sluice/pool');
      process.on('uncaughtException', () => console.log('uncaught'));
      (async () => {
        process.env.NODE_OPTIONS = '--no-such-flag';
        const pool = new WorkerPool({ size: 2 });
        console.log(await pool.do(() => 'runs'));
        await new WorkerPool({ size: 2, env: { ...process.env } }).do(() => 1).then(console.log, ({ name }) => console.log(name));
        delete process.env.NODE_OPTIONS;
        console.log(await pool.do(() => process.exit(1)).then(console.log, ({ name }) => name), await pool.do(() => 'runs'));
        const idle = new WorkerPool({ size: 1, execArgv: ['--no-such-flag'] });
      })();
    `);
    expect(lines).toEqual(['runs', 'WorkerStartError', 'WorkerCrashError runs']);
    expect(hasEndedWell).toBe(true);
  });

  it('are not restarted in a tight loop if they exit before their first task', async () => {
    const { pool, spawned } = counted({
      size: 1,
      init: () => {
        setImmediate(() => {
          throw new Error('left behind by init');
        });
      },
    });
    const three = new Promise<void>((resolve) => {
      let faults = 0;
      pool.events$.subscribe(({ type }) => {
        if (type === 'fault' && ++faults === 3) resolve();
      });
    });
    await three;
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(spawned()).toBe(3);
    await pool.close({ force: true });
  });

  it.each([
    [{ resourceLimits: { maxOldGenerationSizeMb: -1 } }, 'resourceLimits.maxOldGenerationSizeMb'],
    [{ resourceLimits: { maxYoungGenerationSizeMb: NaN } }, 'resourceLimits.maxYoungGenerationSizeMb'],
    [{ resourceLimits: { maxOldGenerationSizeMb: 1 } }, 'resourceLimits.maxOldGenerationSizeMb'],
    [{ resourceLimits: { maxOldGenerationSizeMb: 'much' } }, 'resourceLimits.maxOldGenerationSizeMb'],
    // Node itself ends the process as it starts a thread with such a stack.
    [{ resourceLimits: { stackSizeMb: 0.1 } }, 'resourceLimits.stackSizeMb'],
    [{ env: { A: () => 1 } }, 'env.A'],
    [{ env: { A: 1 } }, 'env.A'],
    [{ execArgv: 'none' }, 'execArgv'],
  ])('are rejected by the constructor if an option is known to be invalid: %j', (config, option) => {
    expect(() => new WorkerPool(config as unknown as WorkerPoolConfig)).toThrow(TypeError);
    expect(() => new WorkerPool(config as unknown as WorkerPoolConfig)).toThrow(
      `WorkerPool: expected \`${option}\` to be`,
    );
  });

  it('do not affect threads with the smallest stack, and with a shared environment', async () => {
    const pool = new WorkerPool({ size: 1, env: SHARE_ENV, resourceLimits: { stackSizeMb: 0.5 } });
    await expectInvariants(pool, () => undefined);
    await pool.close();
  });
});
