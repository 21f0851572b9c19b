/** A call is cold: each subscription is a separate run with its own arguments, items and end. */
import { lastValueFrom, repeat, retry, toArray } from 'rxjs';
import { WorkerPool } from 'sluice/pool';
import { expectInvariants, expectInvariantsAndClose } from './pool-invariants';
import { sharedNumbers, waitUntil } from '../../support/shared-memory';
import { recordNotifications } from './record-notifications';

const pool = new WorkerPool({ size: 2, grace: 50 });
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

const isQuiet = (): boolean => pool.stats.running === 0 && pool.stats.queued === 0;
const count = pool.task((counter: Int32Array) => Atomics.add(counter, 0, 1) + 1);

describe('a call that is subscribed to more than once', () => {
  it('does not run before the first subscription, and runs once for each', () =>
    expectInvariants(pool, async (record) => {
      const counter = sharedNumbers(1);
      const call = count(counter);
      await count(sharedNumbers(1));
      expect(counter[0]).toBe(0);
      const recorded = await Promise.all([record(call), record(call)]);
      expect(recorded.map(({ ends }) => ends)).toEqual([1, 1]);
      expect(recorded.flatMap(({ items }) => items).sort()).toEqual([1, 2]);
      expect(counter[0]).toBe(2);
    }));

  it('runs again after its end', () =>
    expectInvariants(pool, async (record) => {
      const call = count(sharedNumbers(1));
      expect((await record(call)).items).toEqual([1]);
      expect((await record(call)).items).toEqual([2]);
    }));

  it('goes on for one subscriber when the other unsubscribes', () =>
    expectInvariants(pool, async (record) => {
      const gate = sharedNumbers(1);
      const wait = pool.task(async (flag: Int32Array) => {
        while (Atomics.load(flag, 0) === 0) await new Promise((resolve) => void setTimeout(resolve, 1));
        return 'opened';
      });
      const call = wait(gate);
      const [leaver, stays] = [recordNotifications(call), record(call)];
      await waitUntil(() => pool.stats.running === 2);
      leaver.unsubscribe();
      Atomics.store(gate, 0, 1);
      expect(await stays).toMatchObject({ items: ['opened'], ends: 1 });
      expect(leaver).toMatchObject({ items: [], completions: 0 });
      await waitUntil(isQuiet);
    }));

  it('gives each run its own copy of the arguments', () =>
    expectInvariants(pool, async (record) => {
      const push = pool.task((list: number[]) => {
        list.push(list.length);
        return list;
      });
      const list = [0];
      const call = push(list);
      expect((await record(call)).items).toEqual([[0, 1]]);
      expect((await record(call)).items).toEqual([[0, 1]]);
      expect(list).toEqual([0]);
    }));

  it('emits all items of a stream to each subscriber', () =>
    expectInvariants(pool, async (record) => {
      const numbers = pool.task(function* (to: number) {
        for (let index = 0; index < to; index++) yield index;
      });
      const call = numbers(500);
      const recorded = await Promise.all([record(call), record(call), record(call)]);
      const all = [...Array(500).keys()];
      for (const { items } of recorded) expect(items).toEqual(all);
    }));

  it('runs again for retry() until it succeeds, and ends once', () =>
    expectInvariants(pool, async (record) => {
      const tries = sharedNumbers(1);
      const third = pool.task((counter: Int32Array) => {
        const number = Atomics.add(counter, 0, 1) + 1;
        if (number < 3) throw new Error(`try ${number}`);
        return number;
      });
      expect(await record(third(tries).pipe(retry(5)))).toMatchObject({ items: [3], ends: 1, isError: false });
      expect(tries[0]).toBe(3);
    }));

  it('fails under retry() with the error of its last run', () =>
    expectInvariants(pool, async (record) => {
      const tries = sharedNumbers(1);
      const fail = pool.task((counter: Int32Array) => {
        throw new Error(`try ${Atomics.add(counter, 0, 1) + 1}`);
      });
      const recorded = await record(fail(tries).pipe(retry(2)));
      expect(recorded).toMatchObject({ ends: 1, isError: true });
      expect((recorded.error as Error).message).toBe('try 3');
    }));

  it('runs one after the other as often as repeat() says', async () =>
    expectInvariants(pool, async () => {
      const all = await lastValueFrom(count(sharedNumbers(1)).pipe(repeat(100), toArray()));
      expect(all).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    }));

  it('has one run as a job, whose result all subscribers get', () =>
    expectInvariants(pool, async (record) => {
      const counter = sharedNumbers(1);
      const job = pool.do((shared: Int32Array) => Atomics.add(shared, 0, 1) + 1, counter);
      const recorded = await Promise.all([record(job), record(job)]);
      expect(recorded.flatMap(({ items }) => items)).toEqual([1, 1]);
      expect((await record(job)).items).toEqual([1]);
      expect(counter[0]).toBe(1);
    }));
});
