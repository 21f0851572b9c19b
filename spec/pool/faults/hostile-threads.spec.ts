/** Tasks that break the thread they run on: its port, its listeners, its prototypes and globals. */
import { WorkerPool } from 'sluice/pool';
import { errorOf, expectInvariantsAndClose } from './pool-invariants';

const hostile = require.resolve('./hostile-thread.cjs');

describe('a parentPort that a task closes or misuses', () => {
  it.each(['closePort', 'stripPort', 'feedPort', 'listenToPort'])('does not affect later tasks: %s', (name) => {
    const pool = new WorkerPool({ size: 1 });
    return expectInvariantsAndClose(pool, async (record) => {
      expect(await pool.do({ url: hostile, name })).toBe(name);
      expect(await pool.do((n: number) => n + 1, 1)).toBe(2);
      const stream = pool.task(function* () {
        yield 1;
        yield 2;
      });
      expect((await record(stream())).items).toEqual([1, 2]);
      expect(pool.stats).toMatchObject({ threads: 1, failed: 0 });
    });
  });

  it('does not give a task access to the port of the pool', async () => {
    const pool = new WorkerPool({ size: 1 });
    await expectInvariantsAndClose(pool, async () => {
      expect(await pool.do({ url: hostile, name: 'portsInSight' })).toEqual([]);
    });
  });
});

describe('a task that removes all listeners of process', () => {
  it('delivers its result, and so do the tasks after it', async () => {
    const pool = new WorkerPool({ size: 1 });
    await expectInvariantsAndClose(pool, async (record) => {
      expect(await pool.do({ url: hostile, name: 'stripProcess' })).toBe('stripProcess');
      const careless = pool.task(() => {
        void Promise.reject(new Error('unhandled'));
        return new Promise(() => undefined);
      });
      await errorOf(record, careless());
    });
  });
});

describe('prototypes and globals that a task changes', () => {
  it.each(['breakPrototypes', 'breakGlobals', 'breakIterators', 'freezeAll', 'addToPrototypes'])(
    'do not affect values, errors, streams, promises and cancellation: %s',
    async (name) => {
      const pool = new WorkerPool({ size: 1, grace: 200 });
      const faults: unknown[] = [];
      pool.events$.subscribe((event) => {
        if (event.type === 'fault') faults.push(event.error);
      });
      await expectInvariantsAndClose(pool, async (record) => {
        const call = (task: string) => pool.task<unknown[], unknown>({ url: hostile, name: task });
        const worksAsEver = async (): Promise<void> => {
          expect((await record(call('giveValue')({ a: [1, 2] }))).items).toEqual([{ a: [1, 2] }]);
          expect((await record(call('givePromise')())).items).toEqual(['promised']);
          expect((await record(call('giveItems')())).items).toEqual([1, 2, 3]);
          expect((await record(call('giveAsyncItems')())).items).toEqual([1, 2, 3]);
          expect(await errorOf(record, call('giveError')())).toMatchObject({ message: 'far', code: 'E_FAR' });
          expect(await errorOf(record, call('giveFunction')())).toMatchObject({ path: 'The result.f' });
        };
        const maybe = (isEver: boolean): unknown => (isEver ? 'ever' : { then() {} });
        expect((await record(pool.task(maybe)(true))).items).toEqual(['ever']);
        // Modules are loaded first, because the loader of Node uses the prototypes that are changed then.
        await worksAsEver();
        expect((await record(call(name)())).items).toEqual([name]);
        await worksAsEver();
        expect(await errorOf(record, pool.task(maybe, { timeout: 50 })(false))).toMatchObject({
          code: 'SLUICE_TIMEOUT',
        });
        expect(pool.stats.threads).toBe(1);
        expect(faults).toEqual([]);
      });
    },
  );
});
