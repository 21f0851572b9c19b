/** A value that is marked with `transfer` is moved, or the error names the part that cannot be moved, and why. */
import { retry } from 'rxjs';
import { transfer, TransferError, WorkerPool, type WorkerTask } from 'sluice/pool';
import { expectInvariants, expectInvariantsAndClose } from './pool-invariants';
import { sharedNumbers, waitUntil } from '../../support/shared-memory';
import { recordNotifications, fillPrefetchWindows } from './record-notifications';

const pool = new WorkerPool({ size: 1, grace: 50 });
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

const length = pool.task((bytes: Uint8Array) => bytes.length, { name: 'length' });
const detached = (): Uint8Array => {
  const bytes = new Uint8Array(8);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
};

describe('a transfer', () => {
  it('moves an argument, which is empty here afterwards', () =>
    expectInvariants(pool, async (record) => {
      const bytes = new Uint8Array(1_000);
      expect((await record(length(transfer(bytes)))).items).toEqual([1_000]);
      expect(bytes.length).toBe(0);
    }));

  it('moves a result', () =>
    expectInvariants(pool, async () => {
      const moved = await pool.do(function (this: WorkerTask) {
        return this.transfer(new Uint8Array([1, 2, 3]));
      });
      expect([...moved]).toEqual([1, 2, 3]);
    }));

  it.each<[string, () => object, RegExp]>([
    ['what was moved before', () => transfer(detached()), /moved before|detached/],
    [
      'the same twice',
      () => {
        const { buffer } = new Uint8Array(8);
        return transfer({ buffer }, [buffer, buffer]);
      },
      /twice/,
    ],
    ['what is nothing to be moved', () => transfer({ list: [1] }), /marked to be moved/],
    ['memory that is shared', () => transfer(sharedNumbers(1)), /marked to be moved/],
  ])('of %s fails its task with the reason', (_, make, words) =>
    expectInvariants(pool, async (record) => {
      const { error, ends } = await record(pool.task((value: object) => typeof value, { name: 'taking' })(make()));
      expect(ends).toBe(1);
      expect(error).toBeInstanceOf(TransferError);
      expect(error).toMatchObject({ task: 'taking' });
      expect((error as TransferError).path).toContain('args');
      expect((error as Error).message).toMatch(words);
    }),
  );

  it.each<[string, (this: WorkerTask) => object, RegExp]>([
    [
      'the same twice',
      function () {
        const { buffer } = new Uint8Array(8);
        return this.transfer({ buffer }, [buffer, buffer]);
      },
      /result.*cannot be sent/i,
    ],
    [
      'what is nothing to be moved',
      function () {
        return this.transfer({ list: [1] });
      },
      /result.*cannot be sent/i,
    ],
  ])('of %s as a result fails its task, and the thread lives', (_, fn, words) =>
    expectInvariants(pool, async (record) => {
      let exits = 0;
      const watching = pool.events$.subscribe(({ type }) => {
        if (type === 'exit') exits++;
      });
      const { error, ends } = await record(pool.task(fn)());
      watching.unsubscribe();
      expect(ends).toBe(1);
      expect(error).toBeInstanceOf(TransferError);
      expect((error as Error).message).toMatch(words);
      expect(exits).toBe(0);
    }),
  );

  it('works once: if the task is retried, the error names the buffer that is gone', () =>
    expectInvariants(pool, async (record) => {
      const fail = pool.task((bytes: Uint8Array) => {
        throw new Error(`could not take ${bytes.length}`);
      });
      const call = fail(transfer(new Uint8Array(8)));
      expect(((await record(call)).error as Error).message).toBe('could not take 8');
      const { error, ends } = await record(call.pipe(retry(2)));
      expect(ends).toBe(1);
      expect(error).toBeInstanceOf(TransferError);
      expect((error as Error).message).toMatch(/args.*(moved before|detached)/);
    }));

  it('of one buffer in two tasks reaches one of them, and fails the other', () =>
    expectInvariants(pool, async (record) => {
      await fillPrefetchWindows(pool);
      const call = length(transfer(new Uint8Array(8)));
      const recorded = await Promise.all([record(call), record(call)]);
      expect(recorded.flatMap(({ items }) => items)).toEqual([8]);
      expect(recorded.filter(({ error }) => error instanceof TransferError)).toHaveLength(1);
    }));

  it('that fails does not fail the other tasks of its batch', () =>
    expectInvariants(pool, async (record) => {
      await fillPrefetchWindows(pool);
      const recorded = await Promise.all([
        record(length(transfer(new Uint8Array(1)))),
        record(length(transfer(detached()))),
        record(length(transfer(new Uint8Array(3)))),
      ]);
      expect(recorded.map(({ items }) => items)).toEqual([[1], [], [3]]);
      expect(recorded[1].error).toBeInstanceOf(TransferError);
    }));

  it('is not lost with a thread that got it and had not started its task', () =>
    expectInvariants(pool, async (record) => {
      await fillPrefetchWindows(pool);
      const begun = sharedNumbers(1);
      const spin = pool.task((flag: Int32Array) => {
        for (;;) Atomics.store(flag, 0, 1);
      });
      const cancelled = recordNotifications(spin(begun));
      const moved = record(length(transfer(new Uint8Array(1_000))));
      await waitUntil(() => begun[0] === 1);
      cancelled.unsubscribe();
      expect(await moved).toMatchObject({ items: [1_000], isError: false });
      await waitUntil(() => pool.stats.running === 0);
    }));

  it('throws at the call for a value that is not an object, and for a list that is not an array', () =>
    expectInvariants(pool, () => {
      for (const value of [undefined, null, 1, 'text', Symbol('a')])
        expect(() => transfer(value as never)).toThrow(TypeError);
      expect(() => transfer({}, {} as never)).toThrow(/expected its list to be an array/);
    }));
});
