/** `on(scheduler)`: a batch function on the scheduler of a request, called from outside of that request. */
import { batch, BatchScheduler, batchScheduler, task } from 'sluice';
import { mockTask } from 'sluice/testing';

let loads = 0;
const rowOf = batch((ids: readonly number[]) => ids.map(() => ++loads), { name: 'rowOf', cache: true });

it('on() loads on the given scheduler, whatever scheduler its caller runs on', async () => {
  const request = new BatchScheduler();
  const inside = await request.run(async () => rowOf(1));
  expect(await rowOf.on(request)(1)).toBe(inside);
  expect(await rowOf.on(request).many([1, 1])).toEqual([inside, inside]);
  expect(rowOf.on(request).block(1)).toBe(inside);
  expect(await task(function* () { return yield* rowOf.on(request)(1); })()).toBe(inside); // prettier-ignore
  expect(await rowOf(1)).not.toBe(inside);
  expect(await new BatchScheduler().run(async () => (await Promise.resolve(), rowOf.on(request)(1)))).toBe(inside);
});

it('on() clears and primes the cache of the given scheduler alone', async () => {
  const request = new BatchScheduler();
  const shared = await rowOf(2);
  const inside = await request.run(async () => rowOf(2));
  rowOf.on(request).clear(2);
  const after = await request.run(async () => rowOf(2));
  expect(after).not.toBe(inside);
  rowOf.on(request).clearAll();
  rowOf.on(request).prime(2, -2);
  expect(await request.run(async () => rowOf(2))).toBe(-2);
  expect(await rowOf(2)).toBe(shared);
  rowOf.on(batchScheduler).clear(2);
  expect(await rowOf(2)).not.toBe(shared);
  expect(await request.run(async () => rowOf(2))).toBe(-2);
});

it('on() shares flushes with calls inside the request', async () => {
  const flushes: (readonly number[])[] = [];
  const ask = batch((ids: readonly number[]) => (flushes.push(ids), ids));
  const request = new BatchScheduler();
  await Promise.all([request.run(async () => ask(1)), ask.on(request)(2)]);
  expect(flushes).toEqual([[1, 2]]);
});

it('on() calls the mock of a mocked batch function', async () => {
  using _ = mockTask(rowOf, () => 7);
  expect(await rowOf.on(new BatchScheduler())(3)).toBe(7);
});

it('on() refuses a value that is not a scheduler, and a scheduler other than the pinned one', () => {
  expect(() => rowOf.on({} as never)).toThrow(TypeError);
  const pinned = batch((ids: readonly number[]) => ids, { scheduler: batchScheduler, name: 'pinned' });
  expect(() => pinned.on(new BatchScheduler())).toThrow('pinned to');
  expect(pinned.on(batchScheduler).block(1)).toBe(1);
});
