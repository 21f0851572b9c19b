/** Streams and single values of all kinds, with falsy ones, which a truthiness check would drop. */
import { WorkerPool } from 'sluice/pool';
import { expectInvariants, expectInvariantsAndClose } from './pool-invariants';

const pool = new WorkerPool({ size: 1 });
const rx = require.resolve('rxjs');
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

const FALSY = [undefined, null, 0, -0, '', false, NaN, 0n];

const streams: readonly (readonly [string, (values: readonly unknown[]) => unknown])[] = [
  [
    'a generator',
    function* (values) {
      for (const value of values) yield value;
    },
  ],
  [
    'an async generator',
    async function* (values) {
      for (const value of values) {
        await Promise.resolve();
        yield value;
      }
    },
  ],
  [
    'an async iterable that is not a generator',
    (values) => ({
      [Symbol.asyncIterator]() {
        let index = 0;
        return {
          next: () => Promise.resolve({ done: index >= values.length, value: values[index++] }),
        };
      },
    }),
  ],
  [
    'a ReadableStream',
    (values) =>
      new ReadableStream({
        start(controller) {
          for (const value of values) controller.enqueue(value);
          controller.close();
        },
      }),
  ],
  [
    'an object with a subscribe method',
    (values) => ({
      subscribe(observer: { next(value: unknown): void; complete(): void }) {
        for (const value of values) observer.next(value);
        observer.complete();
        return { unsubscribe() {} };
      },
    }),
  ],
  [
    'an Observable of another library',
    (values) => ({
      '@@observable'() {
        return {
          subscribe(observer: { next(value: unknown): void; complete(): void }) {
            for (const value of values) observer.next(value);
            observer.complete();
            return { unsubscribe() {} };
          },
        };
      },
    }),
  ],
  [
    'a promise of a stream',
    async (values) => {
      await Promise.resolve();
      return (function* () {
        for (const value of values) yield value;
      })();
    },
  ],
];

describe('a task that returns a stream', () => {
  it.each(streams)('emits all items, falsy ones included: %s', (_, make) =>
    expectInvariants(pool, async (record) => {
      const recorded = await record(pool.task(make)(FALSY));
      expect(recorded).toMatchObject({ isError: false, ends: 1 });
      expect(recorded.items).toEqual(FALSY);
    }),
  );

  it.each(streams)('completes without an item if the stream has none: %s', (_, make) =>
    expectInvariants(pool, async (record) => {
      expect(await record(pool.task(make)([]))).toMatchObject({ items: [], isError: false });
    }),
  );

  it.each(streams)('emits many items in order: %s', (_, make) =>
    expectInvariants(pool, async (record) => {
      const many = Array.from({ length: 3_000 }, (_item, index) => index);
      expect((await record(pool.task(make)(many))).items).toEqual(many);
    }),
  );

  it.each(streams)('has the last item as the value of its job: %s', (_, make) =>
    expectInvariants(pool, async () => {
      expect(await pool.do(make, [1, 2, undefined])).toBeUndefined();
      expect(await pool.do(make, [1, 2, 0])).toBe(0);
    }),
  );

  it('emits the items of an Observable of RxJS', () =>
    expectInvariants(pool, async (record) => {
      expect((await record(pool.task({ url: rx, name: 'of' })(...FALSY))).items).toEqual(FALSY);
      expect((await record(pool.task({ url: rx, name: 'from' })([1, 2, 3]))).items).toEqual([1, 2, 3]);
    }));

  it('emits the items before an error, and then the error', () =>
    expectInvariants(pool, async (record) => {
      const failing = pool.task(function* () {
        yield 0;
        yield null;
        throw new RangeError('then');
      });
      const { items, error } = await record(failing());
      expect(items).toEqual([0, null]);
      expect(error).toBeInstanceOf(RangeError);
    }));
});

describe('a task that returns one value', () => {
  it.each(FALSY.map((value) => [Object.is(value, -0) ? '-0' : String(value), value]))(
    'emits it, returned, promised or from a stream: %s',
    (_, given) =>
      expectInvariants(pool, async (record) => {
        const plain = pool.task((value: unknown) => value);
        const promised = pool.task((value: unknown) => Promise.resolve(value));
        const thenable = pool.task((value: unknown) => ({ then: (resolve: (it: unknown) => void) => resolve(value) }));
        for (const give of [plain, promised, thenable]) {
          expect(await record(give(given))).toMatchObject({ items: [given], isError: false });
        }
        expect(await pool.do((value: unknown) => value, given)).toBe(given);
      }),
  );

  it('treats arrays, Maps, Sets and strings as values, not as streams', () =>
    expectInvariants(pool, async (record) => {
      for (const value of [[1, 2], new Map([[1, 2]]), new Set([1]), 'text', new Uint8Array([1, 2])]) {
        expect((await record(pool.task((it: unknown) => it)(value))).items).toEqual([value]);
      }
    }));
});
