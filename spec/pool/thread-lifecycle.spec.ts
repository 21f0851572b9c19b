/** What threads run before their first task and before their end. */
import { MessageChannel } from 'node:worker_threads';
import { transfer, TransferError, WorkerPool, WorkerStartError, type PoolEvent } from 'sluice/pool';
import { runAlone } from '../support/process';
import { sharedNumbers } from '../support/shared-memory';
import { sleep } from '../support/sleep';
import { poolFixture } from './faults/pool-fixture';

const newPool = poolFixture();

declare global {
  var given: unknown;
}

describe('initData', () => {
  it('is the argument of init on each thread, as a copy', async () => {
    const data = { region: 'eu', ids: new Set([1, 2]) };
    const pool = newPool({
      size: 2,
      initData: data,
      init: (config: typeof data) => {
        config.ids.add(3);
        globalThis.given = config;
      },
    });
    const seen = await Promise.all(
      [1, 2].map(() =>
        pool.do(() => {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
          return globalThis.given;
        }),
      ),
    );
    const copy = { region: 'eu', ids: new Set([1, 2, 3]) };
    expect(seen).toEqual([copy, copy]);
    expect(data.ids.size).toBe(2);
  });

  it('is given to a thread that replaces another, and to a function by reference', async () => {
    const pool = newPool({
      size: 1,
      initData: 9,
      init: { url: require.resolve('./fixtures/lifecycle.cjs'), name: 'start' },
    });
    expect(await pool.do(() => globalThis.given)).toBe(9);
    await expect(pool.do(() => process.exit(1))).rejects.toMatchObject({ exitCode: 1 });
    expect(await pool.do(() => globalThis.given)).toBe(9);
  });

  it.each([0, '', false, null])('may be falsy: %j', async (value) => {
    const pool = newPool({
      size: 1,
      initData: value,
      init: (given) => {
        globalThis.given = [given];
      },
    });
    expect(await pool.do(() => globalThis.given)).toEqual([value]);
  });

  it('may be shared memory, and a port that is transferred', async () => {
    const shared = new Int32Array(new SharedArrayBuffer(4));
    const pool = newPool({
      size: 1,
      initData: shared,
      init: (memory: Int32Array) => {
        Atomics.store(memory, 0, 7);
      },
    });
    await pool.do(() => 1);
    expect(shared[0]).toBe(7);
    const { port1, port2 } = new MessageChannel();
    const talking = newPool({
      size: 1,
      initData: transfer(port2),
      init: (port: { postMessage(value: unknown): void }) => {
        port.postMessage('from init');
      },
    });
    const heard = new Promise((resolve) => port1.once('message', resolve));
    await talking.do(() => 1);
    expect(await heard).toBe('from init');
    port1.close();
  });

  it('that cannot be sent fails the tasks with its path, and starts no threads without end', async () => {
    const pool = newPool({ size: 2, initData: { deep: [() => 1] }, init: () => undefined });
    const error = await pool.do(() => 1).then(undefined, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(WorkerStartError);
    expect((error as Error).cause).toBeInstanceOf(TransferError);
    expect((error as Error).message).toMatch(/initData\.deep\[0\]/);
  });

  it('is refused without init', () => {
    expect(() => new WorkerPool({ initData: 1 })).toThrow(/expected `initData` to be left out without `init`/);
  });
});

describe('an init that fails', () => {
  it('is an event with its error, before any task, and is tried after longer and longer pauses', async () => {
    const pool = newPool({
      size: 2,
      init: () => {
        throw Object.assign(new Error('no license server'), { code: 'E_LICENSE' });
      },
    });
    const events: PoolEvent[] = [];
    pool.events$.subscribe((event) => events.push(event));
    await sleep(1_200);
    const faults = events.filter(({ type }) => type === 'fault');
    expect(faults[0]).toMatchObject({ type: 'fault', error: { message: 'no license server', code: 'E_LICENSE' } });
    // Three failures of two threads, and one or two more after a second.
    expect(events.filter(({ type }) => type === 'spawn').length).toBeLessThanOrEqual(6);
  });

  it.each<readonly [string, () => unknown, RegExp]>([
    ['rejects', () => Promise.reject(new Error('later')), /later/],
    [
      'uses a variable around it',
      () => newPool,
      /newPool is not defined\. Task "init" was sent to its thread as source/,
    ],
  ])('says why, if it %s', async (_, init, why) => {
    const pool = newPool({ size: 1, init });
    const error = new Promise((resolve) => {
      pool.events$.subscribe((event) => {
        if (event.type === 'fault') resolve(String(event.error));
      });
    });
    expect(await error).toMatch(why);
  });

  it('names a module that is missing', async () => {
    const pool = newPool({ size: 1, init: { url: '/no/such.mjs' } });
    await expect(pool.do(() => 1)).rejects.toMatchObject({ cause: { code: 'SLUICE_MODULE_LOAD' } });
  });
});

describe('an init that fails now and then', () => {
  it('counts failures in a row only: a thread that has run a task ends the count', async () => {
    const pool = newPool({
      size: 1,
      maxTasksPerThread: 2,
      initData: sharedNumbers(1),
      init: (starts: Int32Array) => {
        const number = Atomics.add(starts, 0, 1);
        if (number === 0 || number === 1 || number === 3) throw new Error(`start ${String(number)}`);
      },
    });
    for (let n = 0; n < 4; n++) expect(await pool.do((value: number) => value, n)).toBe(n);
  });
});

describe('teardown', () => {
  it('runs on each orderly end of a thread, after its tasks: close, using, a smaller size, the idle timeout, the end of the process', () => {
    const { lines, stderr } = runAlone(`
      const { WorkerPool } = require('sluice/pool');
      const newPool = (config) => new WorkerPool({
        size: 1,
        initData: config.name,
        init: (name) => { globalThis.given = name; },
        teardown: async () => { await null; console.log(given, 'torn down'); },
        ...config,
      });
      const exit = (pool) => new Promise((resolve) => pool.events$.subscribe(({ type }) => type === 'exit' && resolve()));
      const alive = setInterval(() => {}, 1e6);
      (async () => {
        const closed = newPool({ name: 'close' });
        closed.do(() => console.log('task'));
        await closed.close();
        const used = newPool({ name: 'using' });
        await used.do(() => 1);
        await used[Symbol.asyncDispose]();
        const resized = newPool({ name: 'size' });
        await resized.do(() => 1);
        const smaller = exit(resized);
        resized.size = 0;
        await smaller;
        const idle = newPool({ name: 'idle', size: undefined, min: 0, max: 1, idleTimeout: 1 });
        const ended = exit(idle);
        await idle.do(() => 1);
        await ended;
        const blocked = newPool({ name: 'block' });
        blocked.do(() => 1).block();
        blocked.close().block();
        clearInterval(alive);
        await newPool({ name: 'process' }).do(() => 1);
      })();
    `);
    const torn = ['using', 'size', 'idle', 'block', 'process'].map((name) => `${name} torn down`);
    expect(lines).toEqual(['task', 'close torn down', ...torn]);
    expect(stderr).toBe('');
  });

  it('does not run on a thread that is ended by force, has crashed, or was never ready', () => {
    const { lines } = runAlone(`
      const { WorkerPool } = require('sluice/pool');
      const newPool = (config) => new WorkerPool({ size: 1, grace: 20, teardown: () => { console.log('torn down'); }, ...config });
      (async () => {
        const forced = newPool();
        await forced.do(() => 1);
        await forced.close({ force: true });
        const crashed = newPool();
        await crashed.do(() => process.exit(1)).then(0, () => 0);
        await crashed.close({ force: true });
        const unfit = newPool({ init: () => { throw new Error('unfit'); } });
        await unfit.do(() => 1).then(0, () => 0);
        await unfit.close();
        console.log('closed');
      })();
    `);
    expect(lines).toEqual(['closed']);
  });

  it('that fails is a fault event, and that never ends is given up after grace', async () => {
    const pool = newPool({
      size: 1,
      teardown: () => {
        throw new Error('could not hang up');
      },
    });
    const events: PoolEvent[] = [];
    pool.events$.subscribe((event) => events.push(event));
    await pool.do(() => 1);
    await pool.close();
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'fault',
        error: expect.objectContaining({ message: 'could not hang up' }) as unknown,
      }),
    );
    for (const teardown of [
      () => new Promise(() => undefined),
      () => {
        for (;;);
      },
    ]) {
      const hanging = newPool({ size: 1, grace: 20, teardown });
      await hanging.do(() => 1);
      await hanging.close();
      expect(hanging.stats.threads).toBe(0);
    }
  });

  it('that fails on threads without a task does not keep other threads from starting', async () => {
    const pool = newPool({
      size: 3,
      teardown: () => {
        throw new Error('could not hang up');
      },
    });
    await pool.ready;
    const faults: PoolEvent[] = [];
    const ended = new Promise<void>((resolve) => {
      pool.events$.subscribe((event) => {
        if (event.type === 'exit' && faults.length === 3) resolve();
        if (event.type === 'fault') faults.push(event);
      });
    });
    pool.size = 0;
    await ended;
    pool.size = 3;
    await pool.ready;
    expect(pool.stats.threads).toBe(3);
  });

  it('of many pools makes Node warn of nothing', () => {
    const { lines, stderr } = runAlone(`
      const { WorkerPool } = require('sluice/pool');
      const teardown = () => console.log('torn down');
      const pools = Array.from({ length: 12 }, () => new WorkerPool({ size: 1, min: undefined, teardown }));
      pools[0].do(() => console.log('task'));
      for (const pool of pools.slice(1)) pool.size = 0;
    `);
    expect(lines).toEqual(['task', 'torn down']);
    expect(stderr).toBe('');
  });

  it('is refused if it is no function', () => {
    expect(() => new WorkerPool({ teardown: 1 as never })).toThrow(
      /WorkerPool: teardown: expected its function to be a function/,
    );
  });
});
