/** Tasks that throw a value that is not an Error; a pool that tests `if (error)` would resolve for null. */
/* eslint-disable @typescript-eslint/only-throw-error -- to throw what is no error is the very fault */
import { ThrownValueError, WorkerPool } from 'sluice/pool';
import { errorOf, expectInvariants, expectInvariantsAndClose } from './pool-invariants';

const pool = new WorkerPool({ size: 1 });
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

const travelling: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['undefined', undefined],
  ['0', 0],
  ['an empty string', ''],
  ['false', false],
  ['NaN', NaN],
  ['a string', 'it'],
  ['a bigint', 7n],
  ['a plain object', { status: 500, list: [1] }],
  ['an array', [1, 2]],
];

describe('a task that throws a value that is not an Error', () => {
  it.each(travelling)('fails with an error whose `thrown` is the value: %s', (_, thrown) =>
    expectInvariants(pool, async (record) => {
      const error = await errorOf(
        record,
        pool.task((value: unknown) => {
          throw value;
        })(thrown),
      );
      expect(error).toBeInstanceOf(ThrownValueError);
      expect(error).toMatchObject({ code: 'SLUICE_THROWN_VALUE', thrown });
    }),
  );

  it.each(travelling)('fails in the same way if a promise rejects with it: %s', (_, thrown) =>
    expectInvariants(pool, async (record) => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the very fault
      const rejecting = pool.task((value: unknown) => Promise.reject(value));
      expect(await errorOf(record, rejecting(thrown))).toMatchObject({ code: 'SLUICE_THROWN_VALUE', thrown });
    }),
  );

  it('fails in the same way if a stream fails with it, after its items', () =>
    expectInvariants(pool, async (record) => {
      const { items, error } = await record(
        pool.task(function* () {
          yield 1;
          throw null;
        })(),
      );
      expect(items).toEqual([1]);
      expect(error).toMatchObject({ code: 'SLUICE_THROWN_VALUE', thrown: null });
    }));

  it('fails with an error that describes the value if it cannot be cloned', () =>
    expectInvariants(pool, async (record) => {
      const throwSymbol = pool.task(() => {
        throw Symbol('s');
      });
      const throwFunction = pool.task(() => {
        throw function onDone() {};
      });
      expect((await errorOf(record, throwSymbol())).message).toContain('Symbol(s)');
      const error = await errorOf(record, throwFunction());
      expect(error).toBeInstanceOf(ThrownValueError);
      expect(error.message).toContain('function onDone');
    }));

  it('rejects the job, and the tasks that wait for it', () =>
    expectInvariants(pool, async () => {
      const job = pool.do(() => {
        throw null;
      });
      await expect(job).rejects.toBeInstanceOf(ThrownValueError);
      expect(job.isError).toBe(true);
      expect(() => job.get()).toThrow(ThrownValueError);
    }));
});
