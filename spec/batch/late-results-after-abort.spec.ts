/** A flight that all have left while its results are being matched. */
import { merge, Observable, of, take } from 'rxjs';
import { batch, batchScheduler } from 'sluice';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

it('subscribes to no further late result, or lets go of it again', async () => {
  const log: string[] = [];
  const f = batch<number, string>(() => [
    of('first'),
    new Observable<string>(() => {
      log.push('subscribed');
      return () => log.push('torn down');
    }),
  ]);
  merge(f(1), f(2))
    .pipe(take(1))
    .subscribe((value) => log.push(value));
  await sleep(5);
  expect([['first'], ['first', 'subscribed', 'torn down']]).toContainEqual(log);
});

it('lands once', async () => {
  const types: string[] = [];
  const telling = batchScheduler.events$.subscribe(({ type }) => types.push(type));
  const f = batch<number, string>(() => [of('first'), of('second')]);
  merge(f(1), f(2)).pipe(take(1)).subscribe();
  await sleep(5);
  telling.unsubscribe();
  expect(types).toEqual(['flush', 'land']);
});
