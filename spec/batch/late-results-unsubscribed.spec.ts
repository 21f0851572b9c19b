/** A late result without a waiter does not keep its flight alive. */
import { map, Observable, timer } from 'rxjs';
import { batch } from 'sluice';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
let log: string[];
beforeEach(() => (log = []));
const never = (): Observable<string> => new Observable<string>(() => () => log.push('torn down'));

it('a flight is aborted when the keys with waiters have their values and the waiter of the late result unsubscribed before', async () => {
  const nameOf = batch<number, string>(
    (ids, { signal }) => {
      signal.addEventListener('abort', () => log.push('aborted'));
      return ids.map((id) => (id === 1 ? timer(5).pipe(map(() => 'one')) : never()));
    },
    { concurrency: 1 },
  );
  nameOf(1).subscribe((value) => log.push(value));
  const second = nameOf(2).subscribe();
  await sleep(2);
  second.unsubscribe();
  await sleep(20);
  nameOf(1).subscribe((value) => log.push(`again ${value}`));
  await sleep(30);
  expect(log).toEqual(['one', 'aborted', 'torn down', 'again one']);
});

it('a flight is aborted when the waiter of its last late result unsubscribes', async () => {
  const nameOf = batch<number, string>(
    (ids) => ids.map((id) => (id === 1 ? timer(5).pipe(map(() => 'one')) : never())),
    {
      concurrency: 1,
    },
  );
  nameOf(1).subscribe((value) => log.push(value));
  const second = nameOf(2).subscribe();
  await sleep(12);
  second.unsubscribe();
  nameOf(1).subscribe((value) => log.push(`again ${value}`));
  await sleep(30);
  expect(log).toEqual(['one', 'torn down', 'again one']);
});

it('a late result of a key that was settled early is ignored, and does not keep the flight alive', async () => {
  const nameOf = batch<number, string>(
    (ids, flush) => {
      if (ids.includes(2)) flush.succeed(2, 'early');
      return ids.map((id) => (id === 1 ? 'one' : never()));
    },
    { concurrency: 1 },
  );
  nameOf(1).subscribe((value) => log.push(value));
  nameOf(2).subscribe((value) => log.push(value));
  await sleep(5);
  nameOf(1).subscribe((value) => log.push(`again ${value}`));
  await sleep(20);
  expect(log.filter((line) => line !== 'torn down')).toEqual(['early', 'one', 'again one']);
});
