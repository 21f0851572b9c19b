/**
 * An async source on `pool.scheduler` is asked for its next item only when the pool has room and the item before has
 * arrived, as a source that is iterated synchronously. `pullMap` bounds a stream of a pool by its consumer.
 */
import { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { bufferCount, filter, lastValueFrom, map, mergeMap, scheduled, take, tap, toArray } from 'rxjs';
import { pullMap } from 'sluice';
import { sleep } from '../../support/sleep';
import { sharedNumbers } from '../../support/shared-memory';
import { poolFixture } from './pool-fixture';

const makePool = poolFixture();
const COUNT = 300;
/** Number of items that may wait for the pool. A pool with one thread sends at most 64 tasks ahead. */
const FEW = 70;

let made = 0;
let done = 0;
let most = 0;
beforeEach(() => {
  made = done = most = 0;
});

function countOne(): number {
  made++;
  most = Math.max(most, made - done);
  return made;
}

function* items(): Generator<number> {
  for (let index = 0; index < COUNT; index++) yield countOne();
}

/** Reads `source` and counts the items that it gives. */
async function* counted(source: AsyncIterable<unknown>): AsyncGenerator<number> {
  for await (const item of source) if (item !== undefined) yield countOne();
}

const lines = (): string => Array.from({ length: COUNT }, (_, index) => `line ${String(index)}\n`).join('');

const sources: Record<string, () => AsyncIterable<number>> = {
  'an async generator': async function* () {
    yield* items();
    await Promise.resolve();
  },
  'an async generator that waits for each item': async function* () {
    for (const item of items()) {
      if (item % 50 === 0) await sleep(1);
      yield await Promise.resolve(item);
    }
  },
  'pages of a cursor': async function* () {
    for (let page = 0; page < COUNT / 100; page++) {
      await sleep(5);
      for (let row = 0; row < 100; row++) yield countOne();
    }
  },
  'a Readable of Node': () => counted(Readable.from(new Array<string>(COUNT).fill('chunk'))),
  'the lines of a file': () => counted(createInterface({ input: Readable.from([lines()]) })),
  'an iterable without generator': () => {
    let index = 0;
    const next = (): Promise<IteratorResult<number>> =>
      Promise.resolve(index++ < COUNT ? { done: false, value: countOne() } : { done: true, value: undefined });
    return { [Symbol.asyncIterator]: () => ({ next }) };
  },
};

describe('an async source on pool.scheduler', () => {
  it.each(Object.entries(sources))('is asked for few items more than the pool can take: %s', async (_, source) => {
    const pool = makePool({ size: 1 });
    const work = pool.task((n: number) => {
      const end = Date.now() + 1;
      while (Date.now() < end);
      return n;
    });
    const results = scheduled(source(), pool.scheduler).pipe(
      mergeMap((n) => work(n)),
      tap(() => done++),
      toArray(),
    );
    expect((await lastValueFrom(results)).length).toBe(COUNT);
    expect(made).toBe(COUNT);
    expect(most).toBeLessThanOrEqual(FEW);
  });

  it('is asked for all items if few of them become work', async () => {
    const pool = makePool({ size: 1 });
    const sum = pool.task((numbers: readonly number[]) => numbers.length);
    const even = scheduled(sources['an async generator']?.() ?? [], pool.scheduler).pipe(filter((n) => n % 2 === 0));
    const results = even.pipe(
      bufferCount(50),
      mergeMap((numbers) => sum(numbers)),
      toArray(),
    );
    const start = performance.now();
    expect(await lastValueFrom(results)).toEqual([50, 50, 50]);
    expect(performance.now() - start).toBeLessThan(60_000);
  });

  it('is closed with its subscriber', async () => {
    const pool = makePool({ size: 1 });
    const work = pool.task((n: number) => n);
    const some = scheduled(sources['an async generator']?.() ?? [], pool.scheduler).pipe(
      mergeMap((n) => work(n)),
      take(10),
      toArray(),
    );
    expect((await lastValueFrom(some)).length).toBe(10);
    const after = made;
    await sleep(20);
    expect(made).toBeLessThanOrEqual(after + 1);
  });
});

describe('an action that repeats itself on pool.scheduler without emitting', () => {
  it('runs again and again', async () => {
    const pool = makePool({ size: 1 });
    let runs = 0;
    await new Promise<void>((resolve) => {
      pool.scheduler.schedule(function () {
        if (++runs === 100) resolve();
        else this.schedule();
      });
    });
    expect(runs).toBe(100);
  });
});

describe('a stream of a pool with a slow consumer', () => {
  const count = (seen: Int32Array): number => Atomics.load(seen, 0);

  it.each([1, 4])('is stopped by pullMap with concurrency %d', async (concurrency) => {
    const pool = makePool({ size: 1 });
    const endless = pool.task(function* (seen: Int32Array) {
      for (;;) yield Atomics.add(seen, 0, 1);
    });
    const seen = sharedNumbers(1);
    const slow = pullMap(endless(seen), (n) => sleep(2).then(() => n), { concurrency, ordered: true });
    const taken = await lastValueFrom(slow.pipe(take(50), toArray()));
    expect(taken).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(count(seen)).toBeLessThanOrEqual(50 + 2 * 64 + concurrency);
  });

  it('is stopped by pullMap for the functions of a module as well', async () => {
    const pool = makePool({ size: 1 });
    const endless = pool.task(function* () {
      for (let n = 0; ; n++) yield n;
    });
    const squares = pullMap(
      () => endless(),
      (n) => sleep(1).then(() => n * n),
    ).pipe(
      map((n) => n + 1),
      take(3),
      toArray(),
    );
    expect(await lastValueFrom(squares)).toEqual([1, 2, 5]);
  });
});
