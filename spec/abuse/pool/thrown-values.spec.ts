/** Row 2 of the faults. A pool that asks `if (error)` resolves where null was thrown. */
/* eslint-disable @typescript-eslint/only-throw-error -- to throw what is no error is the very fault */
import { ThrownValueError, WorkerPool } from 'sluice/pool';
import { errorOf, lawful, lawfulToTheEnd } from './the-law';

const pool = new WorkerPool({ size: 1 });
afterAll(() => lawfulToTheEnd(pool, () => undefined));

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

describe('a task that throws what is no error', () => {
  it.each(travelling)('fails with an error that has it in `thrown`: %s', (_, thrown) =>
    lawful(pool, async (witness) => {
      const error = await errorOf(
        witness,
        pool.task((value: unknown) => {
          throw value;
        })(thrown),
      );
      expect(error).toBeInstanceOf(ThrownValueError);
      expect(error).toMatchObject({ code: 'SLUICE_THROWN_VALUE', thrown });
    }),
  );

  it.each(travelling)('fails just so where a promise rejects with it: %s', (_, thrown) =>
    lawful(pool, async (witness) => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the very fault
      const rejecting = pool.task((value: unknown) => Promise.reject(value));
      expect(await errorOf(witness, rejecting(thrown))).toMatchObject({ code: 'SLUICE_THROWN_VALUE', thrown });
    }),
  );

  it('fails just so where a stream ends with it, after its items', () =>
    lawful(pool, async (witness) => {
      const { items, error } = await witness(
        pool.task(function* () {
          yield 1;
          throw null;
        })(),
      );
      expect(items).toEqual([1]);
      expect(error).toMatchObject({ code: 'SLUICE_THROWN_VALUE', thrown: null });
    }));

  it('fails with an error that tells of it in words where it cannot travel', () =>
    lawful(pool, async (witness) => {
      const throwSymbol = pool.task(() => {
        throw Symbol('s');
      });
      const throwFunction = pool.task(() => {
        throw function onDone() {};
      });
      expect((await errorOf(witness, throwSymbol())).message).toContain('Symbol(s)');
      const error = await errorOf(witness, throwFunction());
      expect(error).toBeInstanceOf(ThrownValueError);
      expect(error.message).toContain('function onDone');
    }));

  it('rejects the job, and what waits for it', () =>
    lawful(pool, async () => {
      const job = pool.do(() => {
        throw null;
      });
      await expect(job).rejects.toBeInstanceOf(ThrownValueError);
      expect(job.isError).toBe(true);
      expect(() => job.get()).toThrow(ThrownValueError);
    }));
});
