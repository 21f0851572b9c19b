/** Items that are futures, Observables or promises are items all the same: none is waited for. */
import { BehaviorSubject, NEVER, of } from 'rxjs';
import { task } from 'sluice';
import { maxBy, minBy } from 'sluice/tools';

it('is the item, also where that is an Observable', async () => {
  const [slow, fast] = [of('slow'), of('fast')];
  expect(await maxBy([slow, fast], (source) => (source === fast ? 2 : 1))).toBe(fast);
});
it('does not run an item that is a future', () => {
  let runs = 0;
  const future = task(() => ++runs)();
  minBy([future], () => 1).subscribe();
  expect(runs).toBe(0);
});
it('does not wait for an item that never ends', () => {
  const got: unknown[] = [];
  const feeds = [NEVER, new BehaviorSubject(1)];
  maxBy(feeds, (feed) => (feed === NEVER ? 2 : 1)).subscribe((feed) => got.push(feed));
  expect(got).toEqual([NEVER]);
});
it('does not fail with what an item fails with', async () => {
  const failed = Promise.reject(new Error('item'));
  failed.catch(() => undefined);
  const got: unknown[] = [];
  maxBy([failed], () => 1).subscribe((item) => {
    got.push(item);
  });
  await new Promise((done) => setTimeout(done, 1));
  expect(got[0] === failed).toBe(true);
});
