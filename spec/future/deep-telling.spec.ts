/** What happens in the deepest of many calls that tell each other's results, or begin each other's futures. */
import { Observable, Subject, takeUntil } from 'rxjs';
import { all, AsyncValue, batch, BatchScheduler, Future, task } from 'sluice';

/** Does `work` in the last of so many values, each of which is set by who waits for the one before. */
function setInTurn(depth: number, work: () => void): void {
  const values = Array.from({ length: depth + 1 }, () => new AsyncValue<number>());
  values.forEach((value, index) =>
    value.subscribe(() => {
      if (index === depth) work();
      else values[index + 1]?.set(index);
    }),
  );
  values[0]?.set(0);
}

/** Does `work` in the last of so many futures, each of which is subscribed to by who waits for the one before. */
function beginInTurn(depth: number, work: () => void): void {
  if (depth === 0) work();
  else Future.of(depth).subscribe((left) => beginInTurn(left - 1, work));
}

const depths = [50, 98, 99, 100, 101, 150, 300];

it.each(depths)('block() brings the value of all() below %i calls that tell results', (depth) => {
  let got: unknown;
  setInTurn(depth, () => {
    got = all([Future.of(1), Future.of(2)]).block();
  });
  expect(got).toEqual([1, 2]);
});

it.each(depths)('flush() of another scheduler tells its tasks below %i calls that tell results', (depth) => {
  const [one, other] = [new BatchScheduler(), new BatchScheduler()];
  const nameOf = batch((ids: readonly number[]) => ids.map(String), { window: 100_000 });
  const both = task(function* () {
    return yield* all([nameOf(1), nameOf(2)]);
  });
  let got: unknown;
  other.run(() => both().subscribe((names) => (got = names)));
  one.run(() => {
    setInTurn(depth, () => {
      other.flush();
    });
  });
  expect(got).toEqual(['1', '2']);
});

it.each([5, 119, 120, 121, 122, 240, 250])(
  'an Observable that has itself unsubscribed from while it is subscribed to is torn down below %i futures',
  (depth) => {
    const stop = new Subject<void>();
    const seen: string[] = [];
    beginInTurn(depth, () => {
      const source = new Observable(() => {
        seen.push('subscribed');
        stop.next();
        return () => seen.push('torn down');
      });
      Future.from(source).pipe(takeUntil(stop)).subscribe();
    });
    expect(seen).toEqual(['subscribed', 'torn down']);
  },
);
