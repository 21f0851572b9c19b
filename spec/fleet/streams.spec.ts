/** Streams from a fleet: in order, bounded on both sides, and stopped with their consumer. */
import { firstValueFrom, lastValueFrom, mergeMap, scheduled, take, tap, toArray } from 'rxjs';
import { failureOf as caught } from '../support/failure-of';
import { sleep } from '../support/sleep';
import { describeFleet, linesOf, until, workUrl } from './fleet-fixture';

const failureOf = caught<Error & Record<string, unknown>>;

describeFleet('the scheduler of a fleet', (fleet) => {
  it.each(['an iterable', 'an async iterable'])(
    'asks %s for no more items than the workers have room for',
    async (kind) => {
      const { pool, work } = fleet.pair();
      await work.add(1, 1);
      let made = 0;
      let ended = 0;
      let most = 0;
      function* numbers() {
        while (made < 100) {
          most = Math.max(most, ++made - ended);
          yield made;
        }
      }
      // eslint-disable-next-line @typescript-eslint/require-await -- RxJS asks an async source in another way
      async function* laterNumbers() {
        yield* numbers();
      }
      const source = kind === 'an iterable' ? numbers() : laterNumbers();
      const sums = scheduled(source, pool.scheduler).pipe(
        mergeMap((n) => work.add(n, 1)),
        tap(() => ended++),
      );
      await lastValueFrom(sums);
      expect(ended).toBe(100);
      expect(most).toBeLessThanOrEqual(pool.size + 2);
    },
  );
});

describeFleet('a stream of a fleet', (fleet) => {
  it('emits all items in order, from generators and async generators', async () => {
    const { work } = fleet.pair();
    expect(await firstValueFrom(work.count(3_000).pipe(toArray()))).toEqual(
      Array.from({ length: 3_000 }, (_, n) => n + 1),
    );
    expect(await firstValueFrom(work.ticks(1, 5).pipe(toArray()))).toEqual([1, 2, 3, 4, 5]);
    expect(await firstValueFrom(work.count(1).pipe(toArray()))).toEqual([1]);
    expect(await firstValueFrom(work.count(0).pipe(toArray()))).toEqual([]);
  });

  it('emits an item while the next one is being made', async () => {
    const { work } = fleet.pair();
    await work.add(1, 1);
    const arrivals: number[] = [];
    await lastValueFrom(work.ticks(150, 3).pipe(tap(() => arrivals.push(Date.now()))));
    expect(Number(arrivals[2]) - Number(arrivals[0])).toBeGreaterThan(200);
  });

  it('has its last item as the value of a future', async () => {
    const { pool } = fleet.pair();
    expect(await pool.do({ url: workUrl, name: 'count' }, 700)).toBe(700);
  });

  it('stops its producer when the consumer has what it takes', async () => {
    const { work } = fleet.pair();
    const file = fleet.file();
    expect(await lastValueFrom(work.countNoted(file).pipe(take(10)))).toBe(10);
    await until(() => linesOf(file).length === 1);
    expect(Number(linesOf(file)[0])).toBeLessThan(10 + 256 + 64 + 64);
  });

  it('is produced no faster than a slow consumer takes it', async () => {
    const { work } = fleet.pair();
    const file = fleet.file();
    let items = 0;
    for await (const item of work.countNoted(file)) {
      items = item;
      if (item <= 3) await sleep(100);
      if (item >= 600) break;
    }
    expect(items).toBe(600);
    await until(() => linesOf(file).length === 1);
    expect(Number(linesOf(file)[0])).toBeLessThan(600 + 256 + 128);
  });

  it('fails after its items with the error of the function', async () => {
    const { work } = fleet.pair();
    const items: number[] = [];
    const error = await failureOf(
      new Promise((complete, reject) => {
        work.thenFail(100).subscribe({ next: (item) => items.push(item), error: reject, complete: () => complete(0) });
      }),
    );
    expect(items).toHaveLength(100);
    expect(error).toMatchObject({ code: 'E_NOT_FOUND' });
  });
});
