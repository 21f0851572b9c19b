/** A flight whose waiters all unsubscribe while its results are matched with its keys. */
import { merge, Observable, of, take } from 'rxjs';
import { batch, batchScheduler } from 'sluice';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

it('a flight aborted while its results are matched leaves no late result subscribed', async () => {
  const log: string[] = [];
  const nameOf = batch<number, string>(() => [
    of('first'),
    new Observable<string>(() => {
      log.push('subscribed');
      return () => log.push('torn down');
    }),
  ]);
  merge(nameOf(1), nameOf(2))
    .pipe(take(1))
    .subscribe((value) => log.push(value));
  await sleep(5);
  expect([['first'], ['first', 'subscribed', 'torn down']]).toContainEqual(log);
});

it('a flight aborted while its results are matched lands once', async () => {
  const types: string[] = [];
  const subscription = batchScheduler.events$.subscribe(({ type }) => types.push(type));
  const nameOf = batch<number, string>(() => [of('first'), of('second')]);
  merge(nameOf(1), nameOf(2)).pipe(take(1)).subscribe();
  await sleep(5);
  subscription.unsubscribe();
  expect(types).toEqual(['flush', 'land']);
});
