/** A late result that nobody waits for must not keep its flight in the air. */
import { map, Observable, timer } from 'rxjs';
import { batch } from 'sluice';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
let log: string[];
beforeEach(() => (log = []));
const never = (): Observable<string> => new Observable<string>(() => () => log.push('torn down'));

it('its waiter left first, then the other keys got their values: the flush nobody waits for is aborted', async () => {
  const f = batch<number, string>(
    (ids, { signal }) => {
      signal.addEventListener('abort', () => log.push('aborted'));
      return ids.map((id) => (id === 1 ? timer(5).pipe(map(() => 'one')) : never()));
    },
    { concurrency: 1 },
  );
  f(1).subscribe((value) => log.push(value));
  const left = f(2).subscribe();
  await sleep(2);
  left.unsubscribe();
  await sleep(20);
  f(1).subscribe((value) => log.push(`again ${value}`));
  await sleep(30);
  expect(log).toEqual(['one', 'aborted', 'torn down', 'again one']);
});

it('the other keys got their values, then its waiter left: the flush is aborted', async () => {
  const f = batch<number, string>((ids) => ids.map((id) => (id === 1 ? timer(5).pipe(map(() => 'one')) : never())), {
    concurrency: 1,
  });
  f(1).subscribe((value) => log.push(value));
  const left = f(2).subscribe();
  await sleep(12);
  left.unsubscribe();
  f(1).subscribe((value) => log.push(`again ${value}`));
  await sleep(30);
  expect(log).toEqual(['one', 'torn down', 'again one']);
});

it('its key was settled early: what comes for it later is ignored, and not waited for', async () => {
  const f = batch<number, string>(
    (ids, flush) => {
      if (ids.includes(2)) flush.succeed(2, 'early');
      return ids.map((id) => (id === 1 ? 'one' : never()));
    },
    { concurrency: 1 },
  );
  f(1).subscribe((value) => log.push(value));
  f(2).subscribe((value) => log.push(value));
  await sleep(5);
  f(1).subscribe((value) => log.push(`again ${value}`));
  await sleep(20);
  expect(log.filter((line) => line !== 'torn down')).toEqual(['early', 'one', 'again one']);
});
