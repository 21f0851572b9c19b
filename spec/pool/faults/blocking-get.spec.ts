/**
 * A blocking `get` ends, whatever happens to the thread whose result it waits for.
 */
import { TaskTimeoutError } from 'sluice';
import { WorkerPool } from 'sluice/pool';
import { thrownBy } from '../../support/recording-observer';
import { temporaryFolder } from '../../support/temporary-folder';
import { memoryLimitsHold } from '../../support/memory-limits';
import { expectInvariants } from './pool-invariants';
import { sharedNumbers } from '../../support/shared-memory';

const modules = temporaryFolder();
let pool: WorkerPool;
beforeAll(() => {
  pool = new WorkerPool({ size: 1, grace: 20, resourceLimits: { maxOldGenerationSizeMb: 32 } });
});
afterAll(async () => {
  await pool.close({ force: true });
});

const double = (n: number): number => n * 2;
const never = (): Promise<void> => new Promise(() => undefined);
const endless = (): void => {
  for (;;);
};

describe('a blocking get', () => {
  if (memoryLimitsHold) {
    it('of a task that runs out of memory throws that', async () => {
      await expectInvariants(pool, () => {
        const greedy = pool.do(() => {
          const kept: unknown[] = [];
          for (;;) kept.push(new Array<number>(10_000).fill(1));
        });
        expect(thrownBy(() => greedy.get())).toMatchObject({ code: 'SLUICE_WORKER_CRASH', kind: 'out-of-memory' });
        expect(pool.do(double, 1).get()).toBe(2);
      });
    });
  }

  it('throws the WorkerCrashError of a task that exits, at once or from a timer', async () => {
    await expectInvariants(pool, () => {
      const exits = [
        pool.do(() => process.exit(3)),
        pool.do(() => {
          setTimeout(() => process.exit(3), 1);
          return new Promise<void>(() => undefined);
        }),
      ];
      for (const job of exits) {
        expect(thrownBy(() => job.get())).toMatchObject({ code: 'SLUICE_WORKER_CRASH', kind: 'exit', exitCode: 3 });
      }
      expect(pool.do(double, 2).get()).toBe(4);
    });
  });

  it('throws the error that a task throws from a timer', async () => {
    await expectInvariants(pool, () => {
      const job = pool.do(() => {
        setTimeout(() => {
          throw new RangeError('from a timer');
        }, 1);
        return new Promise<void>(() => undefined);
      });
      expect(thrownBy(() => job.get())).toMatchObject({ message: 'from a timer' });
    });
  });

  it('returns from an endless loop after its time limit, and the thread is replaced while this one blocks', async () => {
    await expectInvariants(pool, () => {
      const job = pool.do(endless);
      expect(job.get(20)).toBeUndefined();
      expect(thrownBy(() => job.block(20))).toBeInstanceOf(TaskTimeoutError);
      job.cancel();
      expect(pool.do(double, 3).get()).toBe(6);
      expect(thrownBy(() => job.value)).toMatchObject({ code: 'SLUICE_CANCELLED' });
    });
  });

  it('ends with the timeout of an endless task, without a time limit of its own', async () => {
    await expectInvariants(pool, () => {
      const job = pool.task(endless, { timeout: 50 })().start();
      expect(thrownBy(() => job.get())).toMatchObject({ code: 'SLUICE_TIMEOUT', timeoutMs: 50 });
      expect(pool.do(double, 4).get()).toBe(8);
    });
  });

  it('throws the ModuleLoadError of a module that is missing or does not load', async () => {
    const broken = modules.write('broken.mjs', 'throw new RangeError("on load");');
    await expectInvariants(pool, () => {
      expect(thrownBy(() => pool.do({ url: `${broken}.missing` }).get())).toMatchObject({ code: 'SLUICE_MODULE_LOAD' });
      expect(thrownBy(() => pool.do({ url: broken }).get())).toMatchObject({ code: 'SLUICE_MODULE_LOAD' });
    });
  });

  it('returns after its time limit from a module that never loads', async () => {
    const url = modules.write(
      'never.mjs',
      'await new Promise(() => setInterval(() => {}, 1000)); export default () => 1;',
    );
    await expectInvariants(pool, () => {
      const job = pool.do({ url });
      expect(job.get(50)).toBeUndefined();
      job.cancel();
      expect(pool.do(double, 5).get()).toBe(10);
    });
  });

  it('throws the TransferError of an argument, and of a result, that cannot be sent', async () => {
    await expectInvariants(pool, () => {
      expect(thrownBy(() => pool.do(() => () => 1).get())).toMatchObject({ code: 'SLUICE_TRANSFER' });
      expect(
        thrownBy(() =>
          pool
            .do(
              (fn: unknown) => fn,
              () => 1,
            )
            .get(),
        ),
      ).toMatchObject({
        code: 'SLUICE_TRANSFER',
      });
    });
  });

  it.each([0, NaN, -1, -Infinity, Infinity])(
    'given %p ms looks, refuses or waits, and leaves the job alone',
    async (ms) => {
      await expectInvariants(pool, () => {
        const job = pool.do(double, 21);
        if (ms === 0) expect(job.get(ms)).toBeUndefined();
        else if (ms === Infinity) expect(job.get(ms)).toBe(42);
        else expect(() => job.get(ms)).toThrow(TypeError);
        expect(job.get()).toBe(42);
      });
    },
  );

  it('can be repeated after its time limit, and then returns the late result', async () => {
    await expectInvariants(pool, async () => {
      const gate = sharedNumbers(1);
      const job = pool.do((wait: Int32Array) => {
        Atomics.wait(wait, 0, 0);
        return 'late';
      }, gate);
      expect(job.get(10)).toBeUndefined();
      expect(job.wait(10)).toBe(false);
      Atomics.store(gate, 0, 1);
      Atomics.notify(gate, 0);
      expect(job.get()).toBe('late');
      expect(await job).toBe('late');
    });
  });

  it('throws the CancelledError of a job that a notification cancels meanwhile', async () => {
    await expectInvariants(pool, () => {
      const job = pool.do(never);
      const other = new WorkerPool({ size: 1 });
      other
        .task(double)(1)
        .subscribe(() => {
          job.cancel('by another');
        });
      expect(thrownBy(() => job.get())).toMatchObject({ code: 'SLUICE_CANCELLED', reason: 'by another' });
      void other.close({ force: true });
    });
  });

  it('throws the CancelledError of a cancelled job at once', async () => {
    await expectInvariants(pool, () => {
      const gate = sharedNumbers(1);
      const running = pool.do((wait: Int32Array) => Atomics.wait(wait, 0, 0), gate);
      const job = pool.do(double, 1);
      job.cancel('too late');
      expect(thrownBy(() => job.get())).toMatchObject({ code: 'SLUICE_CANCELLED', reason: 'too late' });
      Atomics.store(gate, 0, 1);
      Atomics.notify(gate, 0);
      running.wait();
    });
  });

  it('ends when it is called within another blocking get, three levels deep', async () => {
    await expectInvariants(pool, () => {
      const got: unknown[] = [];
      const square = pool.task((n: number) => n * n);
      square(2).subscribe((four) => {
        got.push(square(four).block());
        got.push(square(3).start().get());
      });
      expect(square(5).block()).toBe(25);
      pool.drain().wait(5_000);
      expect(got).toEqual([16, 9]);
    });
  });

  it('throws the PoolClosedError of a pool that is closed by force meanwhile', () => {
    const closing = new WorkerPool({ size: 1 });
    const job = closing.do(endless);
    pool
      .task(double)(1)
      .subscribe(() => void closing.close({ force: true }));
    expect(thrownBy(() => job.get())).toMatchObject({ code: 'SLUICE_POOL_CLOSED' });
    return closing.close({ force: true });
  });
});
