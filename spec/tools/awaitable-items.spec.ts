/** Items that are futures, Observables or promises are returned as they are, and are not awaited. */
import { BehaviorSubject, NEVER, of } from 'rxjs';
import { task } from 'sluice';
import { maxBy, minBy } from 'sluice/tools';

it('maxBy returns an item that is an Observable as it is', async () => {
  const [slow, fast] = [of('slow'), of('fast')];
  expect(await maxBy([slow, fast], (source) => (source === fast ? 2 : 1))).toBe(fast);
});
it('minBy does not run an item that is a future', () => {
  let runs = 0;
  const future = task(() => ++runs)();
  minBy([future], () => 1).subscribe();
  expect(runs).toBe(0);
});
it('maxBy does not wait for an item that never completes', () => {
  const got: unknown[] = [];
  const feeds = [NEVER, new BehaviorSubject(1)];
  maxBy(feeds, (feed) => (feed === NEVER ? 2 : 1)).subscribe((feed) => got.push(feed));
  expect(got).toEqual([NEVER]);
});
it('maxBy does not fail if its item is a rejected promise', async () => {
  const failed = Promise.reject(new Error('item'));
  failed.catch(() => undefined);
  const got: unknown[] = [];
  maxBy([failed], () => 1).subscribe((item) => {
    got.push(item);
  });
  await new Promise((done) => setTimeout(done, 1));
  expect(got[0] === failed).toBe(true);
});
