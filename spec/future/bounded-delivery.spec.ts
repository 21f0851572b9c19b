/** Work in the deepest of many nested deliveries of results, or of many nested subscriptions. */
import { Observable, Subject, takeUntil } from 'rxjs';
import { all, AsyncValue, batch, BatchScheduler, Future, task } from 'sluice';

/** Runs `work` in the last of `depth` subscribers, each of which sets the AsyncValue of the next one. */
function setNested(depth: number, work: () => void): void {
  const values = Array.from({ length: depth + 1 }, () => new AsyncValue<number>());
  values.forEach((value, index) =>
    value.subscribe(() => {
      if (index === depth) work();
      else values[index + 1]?.set(index);
    }),
  );
  values[0]?.set(0);
}

/** Runs `work` in the last of `depth` subscribers, each of which subscribes to the next future. */
function subscribeNested(depth: number, work: () => void): void {
  if (depth === 0) work();
  else Future.of(depth).subscribe((rest) => subscribeNested(rest - 1, work));
}

const depths = [50, 98, 99, 100, 101, 150, 300];

it.each(depths)('block() returns the value of all() inside %i nested deliveries', (depth) => {
  let got: unknown;
  setNested(depth, () => {
    got = all([Future.of(1), Future.of(2)]).block();
  });
  expect(got).toEqual([1, 2]);
});

it.each(depths)('flush() of another scheduler delivers to its tasks inside %i nested deliveries', (depth) => {
  const [one, other] = [new BatchScheduler(), new BatchScheduler()];
  const nameOf = batch((ids: readonly number[]) => ids.map(String), { window: 100_000 });
  const both = task(function* () {
    return yield* all([nameOf(1), nameOf(2)]);
  });
  let got: unknown;
  other.run(() => both().subscribe((names) => (got = names)));
  one.run(() => {
    setNested(depth, () => {
      other.flush();
    });
  });
  expect(got).toEqual(['1', '2']);
});

it.each([5, 119, 120, 121, 122, 240, 250])(
  'an Observable that is unsubscribed during its own subscription is torn down inside %i nested subscriptions',
  (depth) => {
    const stop = new Subject<void>();
    const seen: string[] = [];
    subscribeNested(depth, () => {
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
