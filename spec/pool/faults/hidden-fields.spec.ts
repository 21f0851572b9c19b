/** Fields of an error that are not enumerable arrive if they hold data, and a record of an error is bounded in all its parts. */
import { scoped, task, type Future } from 'sluice';
import { WorkerPool } from 'sluice/pool';
import { expectInvariants, expectInvariantsAndClose } from './pool-invariants';

const pool = new WorkerPool({ size: 1 });
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

const MAX_TOTAL_TEXT = 1_048_576;

const failureOf = (fn: () => unknown): Promise<Error & Record<string, unknown>> =>
  Promise.resolve(pool.do(fn)).then(
    () => Promise.reject(new Error('The task has not failed.')),
    (error: unknown) => error as Error & Record<string, unknown>,
  );

describe('a field that is not enumerable', () => {
  it('arrives with the issues of a ZodError', () =>
    expectInvariants(pool, async () => {
      const error = await failureOf(() => {
        // eslint-disable-next-line @typescript-eslint/no-require-imports -- what a thread is sent imports nothing else
        const { z } = require('zod') as typeof import('zod');
        z.object({ age: z.number() }).parse({ age: 'x' });
      });
      expect(error.name).toBe('ZodError');
      expect(error.issues).toMatchObject([{ code: 'invalid_type', path: ['age'] }]);
    }));

  it('arrives as a list, a record, a date, a Map, a Set, bytes or an error, and stays hidden', () =>
    expectInvariants(pool, async () => {
      const error = await failureOf(() => {
        throw Object.defineProperties(new Error('x'), {
          count: { value: 3 },
          issues: { value: [1] },
          record: { value: { a: { b: 'c' } } },
          at: { value: new Date(0) },
          map: { value: new Map([['a', 1]]) },
          set: { value: new Set([1]) },
          bytes: { value: new Uint8Array([1]) },
          reason: { value: Object.assign(new RangeError('why'), { code: 'E_WHY' }) },
        });
      });
      expect(Object.keys(error)).toEqual([]);
      const { count, issues, record, at, map, set, bytes, reason } = error;
      expect({ count, issues, record, at, map, set, bytes }).toEqual({
        count: 3,
        issues: [1],
        record: { a: { b: 'c' } },
        at: new Date(0),
        map: new Map([['a', 1]]),
        set: new Set([1]),
        bytes: new Uint8Array([1]),
      });
      expect(reason).toBeInstanceOf(RangeError);
      expect(reason).toMatchObject({ code: 'E_WHY' });
    }));

  it.each<[string, () => object]>([
    ['a function', () => ({ value: () => 1 })],
    ['a record with a function deep in it', () => ({ value: { a: [{ b: () => 1 }] } })],
    ['a getter', () => ({ get: () => [1] })],
    ['a promise', () => ({ value: Promise.resolve(1) })],
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- what a thread is sent imports nothing else
    ['a socket', () => ({ value: new (require('node:net') as typeof import('node:net')).Socket() })],
  ])('does not arrive if it holds %s, which is machinery', (_, descriptorOf) =>
    expectInvariants(pool, async () => {
      const source = `throw Object.defineProperty(Object.assign(new Error('x'), { kept: 1 }), 'hidden', (${String(descriptorOf)})())`;
      // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the parts of the function are chosen by the test
      const error = await failureOf(new Function(source) as () => unknown);
      expect(error.kept).toBe(1);
      expect('hidden' in error).toBe(false);
    }),
  );

  it('leaves the room of the record to the visible fields', () =>
    expectInvariants(pool, async () => {
      const error = await failureOf(() => {
        const many = Array.from({ length: 20_000 }, (_, index) => index);
        throw Object.assign(Object.defineProperty(new Error('x'), 'many', { value: many }), { kept: [1, 2, 3] });
      });
      expect(error.kept).toEqual([1, 2, 3]);
    }));
});

describe('the record of an error', () => {
  it.each<[string, () => unknown]>([
    [
      'long keys of fields',
      () => {
        const error = new Error('x') as Error & Record<string, unknown>;
        for (let index = 0; index < 40; index++) error[`${'k'.repeat(1e5)}${index}`] = index;
        throw error;
      },
    ],
    [
      'texts for many parts that cannot be sent, under long paths',
      () => {
        const key = '-'.repeat(200);
        let inner: Record<string, unknown> = {};
        const error = Object.assign(new Error('x'), { a: inner });
        for (let depth = 0; depth < 6; depth++) inner = inner[key] = {};
        for (let index = 0; index < 9_000; index++) inner[`${key}${index}`] = () => 0;
        throw error;
      },
    ],
    [
      'long keys in a field',
      () => {
        const a: Record<string, unknown> = {};
        for (let index = 0; index < 50; index++)
          a[`${index}${'k'.repeat(1e6)}`] = { [`${index}${'k'.repeat(1e5)}`]: 1 };
        throw Object.assign(new Error('x'), { a });
      },
    ],
    [
      'many fields with getters that throw',
      () => {
        const error = new Error('x');
        for (let index = 0; index < 5_000; index++) {
          const get = (): never => {
            throw new Error('-'.repeat(1_000));
          };
          Object.defineProperty(error, `getter ${index} ${'-'.repeat(200)}`, { get, enumerable: true });
        }
        throw error;
      },
    ],
    [
      'fields of many causes',
      () => {
        let error = new Error('x');
        for (let depth = 0; depth < 8; depth++) {
          error = new Error('outer', { cause: error });
          for (let index = 0; index < 100; index++) Object.assign(error, { [`${index}${'-'.repeat(5_000)}`]: index });
        }
        throw error;
      },
    ],
  ])('is bounded with %s', (_, fn) =>
    expectInvariants(pool, async () => {
      const error = await failureOf(fn);
      expect(error.message).toMatch(/^(x|outer)$/);
      const keys = Object.keys(error);
      expect(keys.join('').length).toBeLessThanOrEqual(MAX_TOTAL_TEXT);
      const { a, cause } = error;
      expect(JSON.stringify([a, cause, Object.entries(error)]).length).toBeLessThanOrEqual(2 * MAX_TOTAL_TEXT);
      if (a) expect(JSON.stringify(a).length).toBeLessThanOrEqual(MAX_TOTAL_TEXT);
    }),
  );
});

describe('the message of a ScopeError', () => {
  it('quotes a few failures, shortened, through hundreds of levels of scopes', async () => {
    let nested: () => Future<unknown> = () => task(() => Promise.reject(new Error('inner')))();
    for (let level = 0; level < 500; level++) {
      const inner = nested;
      nested = () =>
        scoped(function* nesting(scope) {
          scope.start(inner());
        });
    }
    const error = await Promise.resolve(nested()).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ name: 'ScopeError' });
    expect((error as Error).message.length).toBeLessThan(1_000);
  });

  it('counts the failures that it does not quote', async () => {
    const many = scoped(
      function* many(scope) {
        for (let index = 0; index < 40; index++) scope.start(() => Promise.reject(new Error(`failure ${index}`)));
      },
      { errorMode: 'continue' },
    );
    const error = await Promise.resolve(many).catch((thrown: unknown) => thrown as AggregateError);
    expect((error as Error).message.length).toBeLessThan(1_000);
    expect((error as Error).message).toMatch(/^40 failures .*; and 35 more\./);
  });
});
