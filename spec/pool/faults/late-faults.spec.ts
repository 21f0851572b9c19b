/** Errors that are thrown outside of a task's promise, while the task runs and after its end. */
import { WorkerPool, type WorkerTask } from 'sluice/pool';
import { errorOf, eventOf, expectInvariants, expectInvariantsAndClose } from './pool-invariants';

const pool = new WorkerPool({ size: 1, grace: 50 });
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

describe('an unhandled rejection while a task runs', () => {
  it('fails that task, and emits a fault event', () =>
    expectInvariants(pool, async (record) => {
      const fault = eventOf(pool, 'fault');
      const careless = pool.task(() => {
        void Promise.reject(new RangeError('unhandled'));
        return new Promise(() => undefined);
      });
      const error = await errorOf(record, careless());
      expect(error).toBeInstanceOf(RangeError);
      expect(error.message).toBe('unhandled');
      expect(await fault).toMatchObject({ type: 'fault', error: { message: 'unhandled' } });
    }));

  it('fails the task that caused it, and no other on the thread', () =>
    expectInvariants(pool, async (record) => {
      const outer = pool.task(async function (this: unknown) {
        const inner = (this as WorkerTask).do(() => {
          void Promise.reject(new Error('of the inner'));
          return new Promise(() => undefined);
        });
        return inner.then(
          () => 'none',
          (error: unknown) => `caught: ${(error as Error).message}`,
        );
      });
      expect((await record(outer())).items).toEqual(['caught: of the inner']);
    }));

  it('has the same effect as an error from a timer', () =>
    expectInvariants(pool, async (record) => {
      const careless = pool.task(() => {
        setTimeout(() => {
          throw new TypeError('in a timer');
        });
        return new Promise(() => undefined);
      });
      expect(await errorOf(record, careless())).toMatchObject({ name: 'TypeError', message: 'in a timer' });
    }));

  it('has the same effect if the reason is not an Error', () =>
    expectInvariants(pool, async (record) => {
      const careless = pool.task(() => {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- this is the injected fault
        void Promise.reject(null);
        return new Promise(() => undefined);
      });
      expect(await errorOf(record, careless())).toMatchObject({ code: 'SLUICE_THROWN_VALUE', thrown: null });
    }));

  it('is not a fault if the task handles it in time', () =>
    expectInvariants(pool, async (record) => {
      const careful = pool.task(async () => {
        const rejected = Promise.reject(new Error('handled'));
        return rejected.catch((error: unknown) => (error as Error).message);
      });
      expect((await record(careful())).items).toEqual(['handled']);
    }));
});

describe('an error that is thrown after the result', () => {
  it('does not change the result, and replaces the thread with a fault event', () =>
    expectInvariants(pool, async (record) => {
      const fault = eventOf(pool, 'fault');
      const exit = eventOf(pool, 'exit');
      const leaving = pool.task(() => {
        setTimeout(() => {
          throw new Error('late');
        });
        return 'the result';
      });
      expect(await record(leaving())).toMatchObject({ items: ['the result'], isError: false, ends: 1 });
      expect(await fault).toMatchObject({ error: { message: 'late' } });
      await exit;
    }));

  it('does not change the result if a promise rejects', () =>
    expectInvariants(pool, async (record) => {
      const fault = eventOf(pool, 'fault');
      const leaving = pool.task(() => {
        setImmediate(() => void Promise.reject(new Error('late rejection')));
        return 'the result';
      });
      expect((await record(leaving())).items).toEqual(['the result']);
      expect(await fault).toMatchObject({ error: { message: 'late rejection' } });
    }));

  it('does not fail the task that runs meanwhile', () =>
    expectInvariants(pool, async (record) => {
      const fault = eventOf(pool, 'fault');
      const leaving = pool.task(() => {
        setTimeout(() => {
          throw new Error('of the first');
        }, 20);
        return 'first';
      });
      const running = pool.task(async () => {
        await new Promise((resolve) => void setTimeout(resolve, 100));
        return 'second';
      });
      const [first, second] = await Promise.all([record(leaving()), record(running())]);
      expect([first.items, second.items]).toEqual([['first'], ['second']]);
      await fault;
    }));

  it('does not fail the waiting tasks', () =>
    expectInvariants(pool, async () => {
      const leaving = (n: number): number => {
        if (n % 10 === 0) {
          setImmediate(() => {
            throw new Error('late');
          });
        }
        return n;
      };
      const jobs = Array.from({ length: 30 }, (_, n) => pool.do(leaving, n));
      expect(await Promise.all(jobs)).toEqual(Array.from({ length: 30 }, (_, n) => n));
    }));
});
