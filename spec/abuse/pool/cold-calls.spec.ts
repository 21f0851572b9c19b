/** A call is cold: each subscription is a run of its own, with arguments, items and an end of its own. */
import { lastValueFrom, repeat, retry, toArray } from 'rxjs';
import { WorkerPool } from 'sluice/pool';
import { lawful, lawfulToTheEnd } from './the-law';
import { listenTo, sharedNumbers, until } from './watched';

const pool = new WorkerPool({ size: 2, grace: 50 });
afterAll(() => lawfulToTheEnd(pool, () => undefined));

const isQuiet = (): boolean => pool.stats.running === 0 && pool.stats.queued === 0;
const count = pool.task((counter: Int32Array) => Atomics.add(counter, 0, 1) + 1);

describe('a call that is subscribed to more than once', () => {
  it('does not run before the first, and runs once for each', () =>
    lawful(pool, async (witness) => {
      const counter = sharedNumbers(1);
      const call = count(counter);
      await count(sharedNumbers(1));
      expect(counter[0]).toBe(0);
      const told = await Promise.all([witness(call), witness(call)]);
      expect(told.map(({ ends }) => ends)).toEqual([1, 1]);
      expect(told.flatMap(({ items }) => items).sort()).toEqual([1, 2]);
      expect(counter[0]).toBe(2);
    }));

  it('runs again after its end', () =>
    lawful(pool, async (witness) => {
      const call = count(sharedNumbers(1));
      expect((await witness(call)).items).toEqual([1]);
      expect((await witness(call)).items).toEqual([2]);
    }));

  it('goes on for one when the other leaves', () =>
    lawful(pool, async (witness) => {
      const gate = sharedNumbers(1);
      const wait = pool.task(async (flag: Int32Array) => {
        while (Atomics.load(flag, 0) === 0) await new Promise((resolve) => void setTimeout(resolve, 1));
        return 'opened';
      });
      const call = wait(gate);
      const [leaver, stays] = [listenTo(call), witness(call)];
      await until(() => pool.stats.running === 2);
      leaver.leave();
      Atomics.store(gate, 0, 1);
      expect(await stays).toMatchObject({ items: ['opened'], ends: 1 });
      expect(leaver).toMatchObject({ items: [], completions: 0 });
      await until(isQuiet);
    }));

  it('gives each run arguments that no other has changed', () =>
    lawful(pool, async (witness) => {
      const push = pool.task((list: number[]) => {
        list.push(list.length);
        return list;
      });
      const list = [0];
      const call = push(list);
      expect((await witness(call)).items).toEqual([[0, 1]]);
      expect((await witness(call)).items).toEqual([[0, 1]]);
      expect(list).toEqual([0]);
    }));

  it('streams all items to each', () =>
    lawful(pool, async (witness) => {
      const numbers = pool.task(function* (to: number) {
        for (let index = 0; index < to; index++) yield index;
      });
      const call = numbers(500);
      const told = await Promise.all([witness(call), witness(call), witness(call)]);
      const all = [...Array(500).keys()];
      for (const { items } of told) expect(items).toEqual(all);
    }));

  it('runs again for retry until it succeeds, and ends once', () =>
    lawful(pool, async (witness) => {
      const tries = sharedNumbers(1);
      const third = pool.task((counter: Int32Array) => {
        const number = Atomics.add(counter, 0, 1) + 1;
        if (number < 3) throw new Error(`try ${number}`);
        return number;
      });
      expect(await witness(third(tries).pipe(retry(5)))).toMatchObject({ items: [3], ends: 1, isError: false });
      expect(tries[0]).toBe(3);
    }));

  it('is given up by retry with the error of its last run', () =>
    lawful(pool, async (witness) => {
      const tries = sharedNumbers(1);
      const fail = pool.task((counter: Int32Array) => {
        throw new Error(`try ${Atomics.add(counter, 0, 1) + 1}`);
      });
      const told = await witness(fail(tries).pipe(retry(2)));
      expect(told).toMatchObject({ ends: 1, isError: true });
      expect((told.error as Error).message).toBe('try 3');
    }));

  it('runs as often as repeat says, one after the other', async () =>
    lawful(pool, async () => {
      const all = await lastValueFrom(count(sharedNumbers(1)).pipe(repeat(100), toArray()));
      expect(all).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    }));

  it('is no run of its own as a job, whose one result all are told', () =>
    lawful(pool, async (witness) => {
      const counter = sharedNumbers(1);
      const job = pool.do((shared: Int32Array) => Atomics.add(shared, 0, 1) + 1, counter);
      const told = await Promise.all([witness(job), witness(job)]);
      expect(told.flatMap(({ items }) => items)).toEqual([1, 1]);
      expect((await witness(job)).items).toEqual([1]);
      expect(counter[0]).toBe(1);
    }));
});
