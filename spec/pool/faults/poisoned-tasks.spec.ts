import { catchError, of, retry, tap } from 'rxjs';
import { PoisonedTaskError, WorkerCrashError, WorkerPool } from 'sluice/pool';
import { expectInvariants } from './pool-invariants';

describe('a call that has crashed three threads', () => {
  let pool: WorkerPool;
  let spawned: number;
  beforeEach(() => {
    pool = new WorkerPool({ size: 1 });
    spawned = 0;
    pool.events$.subscribe(({ type }) => (spawned += type === 'spawn' ? 1 : 0));
  });
  afterEach(() => pool.close());

  it('is not run again, however often it is retried', async () => {
    await expectInvariants(pool, async (record) => {
      const errors: unknown[] = [];
      const call = pool.task(() => process.exit(1))();
      const { error } = await record(call.pipe(tap({ error: (each: unknown) => errors.push(each) }), retry(10)));
      expect(errors.slice(0, 3).every((each) => each instanceof WorkerCrashError)).toBe(true);
      expect(errors).toHaveLength(11);
      expect(errors.slice(3).every((each) => each instanceof PoisonedTaskError)).toBe(true);
      expect(error).toMatchObject({ code: 'SLUICE_POISONED_TASK', cause: errors[2] });
    });
    // The first thread, and one after each crash.
    expect(spawned).toBe(4);
  });

  it('does not poison another call of the same task', async () => {
    await expectInvariants(pool, async (record) => {
      const task = pool.task((isBad: boolean) => (isBad ? process.exit(1) : 'fine'));
      const bad = task(true);
      for (let run = 0; run < 4; run++) expect((await record(bad)).isError).toBe(true);
      expect((await record(task(false))).items).toEqual(['fine']);
      expect((await record(task(true))).error).toBeInstanceOf(WorkerCrashError);
    });
  });

  it('does not count cancellations and errors of the task as crashes', async () => {
    await using impatient = new WorkerPool({ size: 1, grace: 5 });
    await expectInvariants(impatient, async (record) => {
      const begun = new Int32Array(new SharedArrayBuffer(4));
      const loop = impatient.task((runs: Int32Array) => {
        Atomics.add(runs, 0, 1);
        for (;;);
      })(begun);
      for (let run = 1; run <= 4; run++) {
        const subscription = loop.subscribe();
        while (Atomics.load(begun, 0) < run) await new Promise((resolve) => setImmediate(resolve));
        subscription.unsubscribe();
      }
      const failing = impatient.task(() => {
        throw new Error('as usual');
      })();
      for (let run = 0; run < 4; run++) {
        expect(
          (await record(failing.pipe(catchError((error: unknown) => of((error as Error).message))))).items,
        ).toEqual(['as usual']);
      }
    });
  });
});
