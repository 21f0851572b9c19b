/** An error that is a value, and not thrown, arrives as faithfully as a thrown one: in arguments, results and items. */
import { toArray } from 'rxjs';
import { allSettled, batch } from 'sluice';
import { registerError, WorkerPool, type WorkerTask } from 'sluice/pool';
import { expectInvariants, expectInvariantsAndClose } from './pool-invariants';

const pool = new WorkerPool({ size: 1 });
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

class RowMissingError extends Error {}
registerError(RowMissingError);

/** Makes one error of each kind, on the thread that calls it. */
const makeErrors = (): Error[] => {
  class RowMissingError extends Error {}
  return [
    Object.assign(new RowMissingError('gone'), { code: 'E_GONE', row: { id: 7 } }),
    new DOMException('too slow', 'TimeoutError'),
    new AggregateError([new RangeError('a'), new Error('b')], 'two'),
    new TypeError('outer', { cause: Object.assign(new Error('inner'), { errno: -2 }) }),
  ];
};

/** What is seen of such errors. It is sent to threads as source, so it uses nothing around it. */
const summary = (errors: readonly unknown[]): unknown[] =>
  (errors as AggregateError[]).map((error) => [
    Object.prototype.toString.call(error),
    error.name,
    error.message,
    (error as { code?: unknown }).code,
    (error.errors as unknown[] | undefined)?.map((each) => String(each)),
    String(error.cause),
  ]);

const expectErrors = (errors: readonly unknown[]): void => {
  expect(summary(errors)).toEqual([
    ['[object Error]', 'Error', 'gone', 'E_GONE', undefined, 'undefined'],
    ['[object DOMException]', 'TimeoutError', 'too slow', 23, undefined, 'undefined'],
    ['[object Error]', 'AggregateError', 'two', undefined, ['RangeError: a', 'Error: b'], 'undefined'],
    ['[object Error]', 'TypeError', 'outer', undefined, undefined, 'Error: inner'],
  ]);
  expect(errors[0]).toBeInstanceOf(RowMissingError);
  expect(errors[0]).toMatchObject({ row: { id: 7 } });
  expect(errors[1]).toBeInstanceOf(DOMException);
  expect((errors[2] as AggregateError).errors[0]).toBeInstanceOf(RangeError);
  expect((errors[3] as Error).cause).toMatchObject({ errno: -2 });
};

describe('an error that is a value', () => {
  it('fails its key, as itself, where a resolver on the pool gives it in place of a value', () =>
    expectInvariants(pool, async () => {
      const load = pool.task((ids: readonly number[]) => {
        class RowMissingError extends Error {}
        const gone = Object.assign(new RowMissingError('gone'), { code: 'E_GONE' });
        const rows = [
          'row 0',
          gone,
          new DOMException('too slow', 'TimeoutError'),
          new AggregateError([new Error('a')]),
        ];
        return ids.map((id) => rows[id]);
      });
      const row = batch((ids: readonly number[]) => load(ids), { name: 'row' });
      const results = await allSettled([0, 1, 2, 3].map((id) => row(id)));
      expect(
        results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason) as unknown),
      ).toEqual(['row 0', expect.any(RowMissingError), expect.any(DOMException), expect.any(AggregateError)]);
      expect(results[1]).toMatchObject({ reason: { code: 'E_GONE' } });
      expect(results[2]).toMatchObject({ reason: { code: 23, name: 'TimeoutError' } });
      expect(results[3]).toMatchObject({ reason: { errors: [{ message: 'a' }] } });
    }));

  it('arrives in a result', () =>
    expectInvariants(pool, async () => {
      expectErrors(await pool.do(makeErrors));
    }));

  it('arrives as the result itself', () =>
    expectInvariants(pool, async () => {
      const error = await pool.do(() => Object.assign(new RangeError('far'), { code: 'E_FAR' }));
      expect(error).toBeInstanceOf(RangeError);
      expect(error).toMatchObject({ message: 'far', code: 'E_FAR' });
      expect(error.stack).toContain('RangeError: far');
    }));

  it('arrives among the results of Promise.allSettled', () =>
    expectInvariants(pool, async () => {
      const settled = await pool.do(() =>
        Promise.allSettled([
          Promise.resolve(1),
          Promise.reject(Object.assign(new TypeError('no'), { code: 'E_NO' })),
          Promise.reject(new DOMException('stop', 'AbortError')),
        ]),
      );
      expect(settled).toEqual([
        { status: 'fulfilled', value: 1 },
        { status: 'rejected', reason: expect.any(TypeError) as unknown },
        { status: 'rejected', reason: expect.any(DOMException) as unknown },
      ]);
      expect(settled[1]).toMatchObject({ reason: { code: 'E_NO' } });
    }));

  it('arrives among the items of a stream', () =>
    expectInvariants(pool, async (record) => {
      const items = pool.task(function* () {
        yield 'one';
        yield new AggregateError([new Error('a')], 'two');
        yield { error: new DOMException('three', 'DataError') };
      });
      const [received] = (await record(items().pipe(toArray()))).items as [unknown[]];
      expect(received[0]).toBe('one');
      expect(received[1]).toMatchObject({ errors: [{ message: 'a' }] });
      expect(received[2]).toEqual({ error: expect.any(DOMException) as unknown });
    }));

  it('arrives among the arguments', () =>
    expectInvariants(pool, async () => {
      const errors = makeErrors();
      expect(await pool.do(summary, errors)).toEqual(summary(errors));
      expect(
        await pool.do(
          (map: Map<string, Error | undefined>) => map.get('cause')?.cause,
          new Map([['cause', errors[3]]]),
        ),
      ).toEqual(new Error('inner'));
    }));

  it('arrives in the arguments and the result of a nested call', () =>
    expectInvariants(pool, async () => {
      const nested = await pool.do(
        async function (this: WorkerTask, error: Error) {
          return [await this.do((inner: Error) => [inner, (inner as { code?: unknown }).code], error)];
        },
        Object.assign(new RangeError('far'), { code: 'E_FAR' }),
      );
      expect(nested).toEqual([[expect.any(RangeError), 'E_FAR']]);
    }));

  it('occurs once where the value has it twice, also in a Map, a Set and a cycle', () =>
    expectInvariants(pool, async () => {
      const value = await pool.do(() => {
        const error = new RangeError('far');
        const node: Record<string, unknown> = { error, set: new Set([error, 1]), map: new Map([[error, { error }]]) };
        node.self = node;
        return node;
      });
      const { error, set, map, self } = value as {
        error: Error;
        set: Set<unknown>;
        map: Map<unknown, { error: Error }>;
        self: unknown;
      };
      expect(error).toBeInstanceOf(RangeError);
      expect([...set]).toEqual([error, 1]);
      expect(set.has(error)).toBe(true);
      expect(map.get(error)?.error).toBe(error);
      expect(self).toBe(value);
      expect(Object.keys(value)).toEqual(['error', 'set', 'map', 'self']);
    }));

  it('arrives with a text for what it holds and cannot be sent', () =>
    expectInvariants(pool, async () => {
      const error = await pool.do(() => Object.assign(new Error('e'), { onDone: () => 1, left: 2 }));
      expect(error).toMatchObject({ left: 2, onDone: expect.stringContaining('the function onDone') as unknown });
    }));

  it('leaves the rest of the value as it is: holes, a field named __proto__, and the order of fields', () =>
    expectInvariants(pool, async () => {
      const value = await pool.do(() => {
        const list: unknown[] = [new Error('e')];
        list[2] = 2;
        return { a: 1, list, ...(JSON.parse('{ "__proto__": { "x": 1 } }') as object), z: new Error('z') };
      });
      expect(Object.keys(value)).toEqual(['a', 'list', '__proto__', 'z']);
      expect(1 in value.list).toBe(false);
      expect((value as { x?: unknown }).x).toBeUndefined();
    }));
});
