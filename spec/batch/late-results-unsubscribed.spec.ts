/** A late result without a waiter does not keep its flight alive. */
import { map, Observable, timer } from 'rxjs';
import { batch } from 'sluice';
import { runVirtual } from './virtual-run';

let log: string[];
beforeEach(() => (log = []));
const never = (): Observable<string> => new Observable<string>(() => () => log.push('torn down'));

it('a flight is aborted when the keys with waiters have their values and the waiter of the late result unsubscribed before', () => {
  const nameOf = batch<number, string>(
    (ids, { signal }) => {
      signal.addEventListener('abort', () => log.push('aborted'));
      return ids.map((id) => (id === 1 ? timer(5).pipe(map(() => 'one')) : never()));
    },
    { concurrency: 1 },
  );
  runVirtual(({ flush, at }) => {
    nameOf(1).subscribe((value) => log.push(value));
    const second = nameOf(2).subscribe();
    at(2, () => second.unsubscribe());
    at(20, () => nameOf(1).subscribe((value) => log.push(`again ${value}`)));
    flush();
  });
  expect(log).toEqual(['one', 'aborted', 'torn down', 'again one']);
});

it('a flight is aborted when the waiter of its last late result unsubscribes', () => {
  const nameOf = batch<number, string>(
    (ids) => ids.map((id) => (id === 1 ? timer(5).pipe(map(() => 'one')) : never())),
    {
      concurrency: 1,
    },
  );
  runVirtual(({ flush, at }) => {
    nameOf(1).subscribe((value) => log.push(value));
    const second = nameOf(2).subscribe();
    at(12, () => {
      second.unsubscribe();
      nameOf(1).subscribe((value) => log.push(`again ${value}`));
    });
    flush();
  });
  expect(log).toEqual(['one', 'torn down', 'again one']);
});

it('a late result of a key that was settled early is ignored, and does not keep the flight alive', () => {
  const nameOf = batch<number, string>(
    (ids, flush) => {
      if (ids.includes(2)) flush.succeed(2, 'early');
      return ids.map((id) => (id === 1 ? 'one' : never()));
    },
    { concurrency: 1 },
  );
  runVirtual(({ flush, at }) => {
    nameOf(1).subscribe((value) => log.push(value));
    nameOf(2).subscribe((value) => log.push(value));
    at(5, () => nameOf(1).subscribe((value) => log.push(`again ${value}`)));
    flush();
  });
  expect(log.filter((line) => line !== 'torn down')).toEqual(['early', 'one', 'again one']);
});
