/**
 * A subscriber that is slower than its stream pauses the producer, so that neither side buffers more than a few items. The
 * items of a producer are counted in shared memory.
 */
import { concatMap, from, take, toArray } from 'rxjs';
import { WorkerPool } from 'sluice/pool';
import { expectInvariants, expectInvariantsAndClose } from './pool-invariants';
import { sharedNumbers, waitUntil } from '../../support/shared-memory';
import { recordNotifications } from './record-notifications';

/** Number of items that a producer may be ahead of its subscriber. */
const FEW = 128;
/** More items than a spec could read. */
const ENDLESS = 10_000_000;
/** Far more items than the producer may be ahead. */
const MANY = 20_000;

const pool = new WorkerPool({ size: 1, grace: 5_000 });
const isQuiet = (): boolean => pool.stats.running === 0 && pool.stats.queued === 0;
let ended = 0;
pool.events$.subscribe(({ type }) => {
  if (type === 'exit') ended++;
});
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

/** Each producer counts its items in element 0, and sets element 1 when it has cleaned up. */
const producers = {
  'a generator': pool.task(function* (seen: Int32Array, to: number) {
    try {
      for (let index = 0; index < to; index++) {
        Atomics.store(seen, 0, index + 1);
        yield index;
      }
    } finally {
      Atomics.store(seen, 1, 1);
    }
  }),
  'an async generator': pool.task(async function* (seen: Int32Array, to: number) {
    try {
      for (let index = 0; index < to; index++) {
        Atomics.store(seen, 0, index + 1);
        yield await Promise.resolve(index);
      }
    } finally {
      Atomics.store(seen, 1, 1);
    }
  }),
  'a ReadableStream': pool.task((seen: Int32Array, to: number) => {
    let index = 0;
    return new ReadableStream<number>({
      pull: (controller) => {
        if (index === to) {
          Atomics.store(seen, 1, 1);
          controller.close();
          return;
        }
        Atomics.store(seen, 0, index + 1);
        controller.enqueue(index++);
      },
      cancel: () => {
        Atomics.store(seen, 1, 1);
      },
    });
  }),
  'an Observable that never pauses': pool.task((seen: Int32Array, to: number) => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- what a thread is sent imports nothing else
    const { Observable } = require('rxjs') as typeof import('rxjs');
    return new Observable<number>((subscriber) => {
      subscriber.add(() => void Atomics.store(seen, 1, 1));
      for (let index = 0; index < to && !subscriber.closed; index++) {
        Atomics.store(seen, 0, index + 1);
        subscriber.next(index);
      }
      subscriber.complete();
    });
  }),
  'an Observable that is not of RxJS': pool.task((seen: Int32Array, to: number) => ({
    subscribe(observer: { next(value: number): void; complete(): void; readonly closed?: boolean }) {
      for (let index = 0; index < to && observer.closed !== true; index++) {
        Atomics.store(seen, 0, index + 1);
        observer.next(index);
      }
      Atomics.store(seen, 1, 1);
      observer.complete();
      return { unsubscribe: () => undefined };
    },
  })),
};
const all = Object.entries(producers);

describe('a slow subscriber', () => {
  it.each(all)('is never far behind %s, in a `for await` that stops', (_, produce) =>
    expectInvariants(pool, async () => {
      const seen = sharedNumbers(2);
      let taken = 0;
      for await (const item of produce(seen, ENDLESS)) {
        expect(item).toBe(taken++);
        if (taken % 100 === 0) await new Promise((resolve) => void setTimeout(resolve, 1));
        expect(Atomics.load(seen, 0) - taken).toBeLessThanOrEqual(FEW);
        if (taken === 1_000) break;
      }
      await waitUntil(isQuiet);
      expect(seen[1]).toBe(1);
      expect(Atomics.load(seen, 0)).toBeLessThanOrEqual(1_000 + FEW);
    }),
  );

  it.each(all)('gets all items of %s, in their order', (_, produce) =>
    expectInvariants(pool, async () => {
      const seen = sharedNumbers(2);
      let taken = 0;
      let isInOrder = true;
      let most = 0;
      for await (const item of produce(seen, MANY)) {
        isInOrder &&= item === taken++;
        most = Math.max(most, Atomics.load(seen, 0) - taken);
      }
      expect(isInOrder).toBe(true);
      expect(taken).toBe(MANY);
      expect(most).toBeLessThanOrEqual(FEW);
    }),
  );

  it.each(all)('pauses %s while it blocks this thread', (_, produce) =>
    expectInvariants(pool, async () => {
      const seen = sharedNumbers(2);
      const clock = sharedNumbers(1);
      let taken = 0;
      let most = 0;
      const listener = produce(seen, ENDLESS).subscribe(() => {
        taken++;
        if (taken % 10 === 0) Atomics.wait(clock, 0, 0, 2);
        most = Math.max(most, Atomics.load(seen, 0) - taken);
        if (taken === 500) listener.unsubscribe();
      });
      await waitUntil(() => taken === 500);
      await waitUntil(isQuiet);
      expect(taken).toBe(500);
      expect(most).toBeLessThanOrEqual(FEW);
      expect(seen[1]).toBe(1);
    }),
  );

  it.each(all)('that pulls one item and then pauses is sent no more items of %s', (_, produce) =>
    expectInvariants(pool, async () => {
      const seen = sharedNumbers(2);
      const iterator = produce(seen, ENDLESS)[Symbol.asyncIterator]();
      expect(await iterator.next()).toEqual({ done: false, value: 0 });
      let turns = 0;
      await waitUntil(() => ++turns > 1_000);
      expect(Atomics.load(seen, 0)).toBeLessThanOrEqual(FEW);
      await iterator.return?.();
      await waitUntil(isQuiet);
      expect(seen[1]).toBe(1);
      expect(await iterator.next()).toEqual({ done: true, value: undefined });
    }),
  );

  it('gets the error of a stream after all its items', () =>
    expectInvariants(pool, async () => {
      const numbers = pool.task(function* () {
        for (let index = 0; index < 300; index++) yield index;
        throw new RangeError('three hundred is enough');
      });
      const items: number[] = [];
      const read = async (): Promise<void> => {
        for await (const item of numbers()) {
          items.push(item);
          if (item % 50 === 0) await new Promise((resolve) => void setTimeout(resolve, 1));
        }
      };
      await expect(read()).rejects.toThrow('three hundred is enough');
      expect(items).toEqual([...Array(300).keys()]);
    }));

  it('does not start the stream before it pulls, and may return before that', () =>
    expectInvariants(pool, async () => {
      const seen = sharedNumbers(2);
      const iterator = producers['a generator'](seen, ENDLESS)[Symbol.asyncIterator]();
      await iterator.return?.();
      expect(await iterator.next()).toEqual({ done: true, value: undefined });
      expect([...seen]).toEqual([0, 0]);
    }));

  it('may pull many items at once', () =>
    expectInvariants(pool, async () => {
      const seen = sharedNumbers(2);
      const iterator = producers['a generator'](seen, 3)[Symbol.asyncIterator]();
      const results = await Promise.all(Array.from({ length: 5 }, () => iterator.next()));
      expect(results.map(({ value }) => value as unknown)).toEqual([0, 1, 2, undefined, undefined]);
      expect(results.map(({ done }) => done)).toEqual([false, false, false, true, true]);
    }));

  it('gets all items in order through `from` and `concatMap` of RxJS', () =>
    expectInvariants(pool, async (record) => {
      const seen = sharedNumbers(2);
      const slowly = from(producers['a generator'](seen, 1_000)).pipe(
        concatMap((item) => Promise.resolve(item)),
        toArray(),
      );
      expect((await record(slowly)).items).toEqual([[...Array(1_000).keys()]]);
    }));
});

describe('take(n)', () => {
  it.each(all)('stops %s, which cleans up, and keeps the thread', (_, produce) =>
    expectInvariants(pool, async (record) => {
      const before = ended;
      const seen = sharedNumbers(2);
      expect(await record(produce(seen, ENDLESS).pipe(take(10)))).toMatchObject({
        items: [...Array(10).keys()],
        ends: 1,
        isError: false,
      });
      await waitUntil(isQuiet);
      expect(seen[1]).toBe(1);
      // The producer stops at the cancellation, not at an item.
      expect(Atomics.load(seen, 0)).toBeLessThan(ENDLESS);
      expect(ended - before).toBe(0);
    }),
  );

  it('of 0 items does not start the stream', () =>
    expectInvariants(pool, async () => {
      const seen = sharedNumbers(2);
      const listener = recordNotifications(producers['a generator'](seen, ENDLESS).pipe(take(0)));
      expect(listener.completions).toBe(1);
      await waitUntil(isQuiet);
      expect([...seen]).toEqual([0, 0]);
    }));
});
