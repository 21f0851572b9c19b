/** block() drives every scheduler that the value comes from, and names what it waits for there. */
import { map, observeOn, subscribeOn, timer, type Observable } from 'rxjs';
import { all, batch, BatchScheduler, Future, task, WouldBlockError } from 'sluice';
import { thrownBy } from './hear';

const item = batch((keys: readonly number[]) => keys, { name: 'item' });
const late = batch(async (keys: readonly number[]) => Promise.resolve(keys), { name: 'late' });
const on = <T>(work: Observable<T>, scheduler = new BatchScheduler({ name: 'other' })): Future<T> =>
  Future.from(work.pipe(subscribeOn(scheduler)));

describe('block() brings what comes', () => {
  it.each<[string, () => Future<unknown>, unknown]>([
    ['from another scheduler', () => on(item(1)), 1],
    ['from several', () => all([on(item(1)), on(item(2)), item(3)]), [1, 2, 3]],
    ['from one by way of another', () => on(on(item(1))), 1],
    ['through an operator on another', () => Future.from(item(1).pipe(observeOn(new BatchScheduler()))), 1],
    [
      'from a task on another that asks another in turn',
      () =>
        on(
          task(function* () {
            return (yield* item(1)) + (yield* on(item(2)));
          })(),
        ),
      3,
    ],
    [
      'from a task that asks others in turn',
      () =>
        task(function* () {
          const first = yield* on(item(1));
          return first + (yield* on(item(2)));
        })(),
      3,
    ],
    ['from work that blocks on another in turn', () => on(item(1).pipe(map((one) => one + on(item(2)).block()))), 3],
    ['from a batch that is pinned to another', () => pinned(4), 4],
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

it('block() leaves alone a scheduler that got no work of it', () => {
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

it('block() that gave up leaves nothing on another scheduler', () => {
  const scheduler = new BatchScheduler();
  const never = on(timer(1_000_000), scheduler);
  expect(() => never.block()).toThrow(WouldBlockError);
  expect([...scheduler.state.externalWaits]).toEqual([]);
});
