/** block() drives every scheduler that the value comes from, and names what it waits for there. */
import { map, observeOn, subscribeOn, timer, type Observable } from 'rxjs';
import { all, batch, BatchScheduler, Future, task, WouldBlockError } from 'sluice';
import { thrownBy } from '../support/recording-observer';

const item = batch((keys: readonly number[]) => keys, { name: 'item' });
const late = batch(async (keys: readonly number[]) => Promise.resolve(keys), { name: 'late' });
const on = <T>(work: Observable<T>, scheduler = new BatchScheduler({ name: 'other' })): Future<T> =>
  Future.from(work.pipe(subscribeOn(scheduler)));

describe('block() returns a value', () => {
  it.each<[string, () => Future<unknown>, unknown]>([
    ['from another scheduler', () => on(item(1)), 1],
    ['from several other schedulers', () => all([on(item(1)), on(item(2)), item(3)]), [1, 2, 3]],
    ['from a scheduler through another one', () => on(on(item(1))), 1],
    ['through an operator on another scheduler', () => Future.from(item(1).pipe(observeOn(new BatchScheduler()))), 1],
    [
      'from a task on another scheduler that waits for a third one',
      () =>
        on(
          task(function* () {
            return (yield* item(1)) + (yield* on(item(2)));
          })(),
        ),
      3,
    ],
    [
      'from a task that waits for two other schedulers, one after the other',
      () =>
        task(function* () {
          const first = yield* on(item(1));
          return first + (yield* on(item(2)));
        })(),
      3,
    ],
    [
      'from work that blocks on another scheduler itself',
      () => on(item(1).pipe(map((one) => one + on(item(2)).block()))),
      3,
    ],
    ['from a batch function that is pinned to another scheduler', () => pinned(4), 4],
  ])('%s', (_, work, value) => {
    expect(work().block()).toEqual(value);
  });

  const pinned = batch((keys: readonly number[]) => keys, { scheduler: new BatchScheduler() });
});

it('block() names what needs the event loop on another scheduler', () => {
  const error = thrownBy(() => on(late(1)).block());
  expect(error).toBeInstanceOf(WouldBlockError);
  expect(error).toHaveProperty('message', expect.stringContaining('batch "late" in flight'));
});

it('block() does not drive a scheduler that got no work from it', () => {
  const idle = new BatchScheduler();
  const asked: number[] = [];
  const other = batch((keys: readonly number[]) => {
    asked.push(...keys);
    return keys;
  });
  const subscription = idle.run(() => other(1).subscribe());
  expect(item(1).block()).toBe(1);
  expect(asked).toEqual([]);
  subscription.unsubscribe();
});

it('block() that gives up leaves no work on another scheduler', () => {
  const scheduler = new BatchScheduler();
  const never = on(timer(1_000_000), scheduler);
  expect(() => never.block()).toThrow(WouldBlockError);
  expect([...scheduler.state.externalWaits]).toEqual([]);
});
