/** A clock without delays runs what it schedules in the call that schedules it, so it may flush a batch while a key joins it. */
import { firstValueFrom, queueScheduler, Subscription, type SchedulerAction, type SchedulerLike } from 'rxjs';
import { batch, BatchScheduler, type BatchConfig } from 'sluice';
import { nextTurn } from '../support/recording-observer';

/** Runs even delayed work at once. */
const timeless: SchedulerLike = {
  now: () => Date.now(),
  schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, _delay?: number, state?: T) => {
    work.call(new Subscription() as SchedulerAction<T>, state); // the work of sluice does not use its `this`
    return new Subscription();
  },
};

const cases: readonly (readonly [clock: string, SchedulerLike, BatchConfig<number>])[] = [
  ['the queueScheduler', queueScheduler, {}],
  ['the queueScheduler', queueScheduler, { maxSize: 1 }],
  ['the queueScheduler', queueScheduler, { maxSize: 1, concurrency: 1 }],
  ['the queueScheduler', queueScheduler, { maxSize: 1, concurrency: 1, cache: false }],
  ['a clock that skips delays', timeless, { maxSize: 1 }],
  ['a clock that skips delays', timeless, { window: 5 }],
  ['a clock that skips delays', timeless, { window: 5, maxSize: 1 }],
];

describe.each(cases)('a batch on %s', (_, clock, config) => {
  const doubleOn = (scheduler: BatchScheduler) =>
    batch(async (ids: readonly number[]) => Promise.resolve(ids.map((id) => 2 * id)), { ...config, scheduler });

  it(`delivers the values of all keys, with ${JSON.stringify(config)}`, async () => {
    const scheduler = new BatchScheduler({ clock });
    const double = doubleOn(scheduler);
    const values: number[] = [];
    for (const id of [1, 2, 3]) void double(id).then((value) => values.push(value));
    for (const id of [4, 5, 4]) void firstValueFrom(double(id)).then((value) => values.push(value));
    await nextTurn();
    await nextTurn();
    expect(values.sort((a, b) => a - b)).toEqual([2, 4, 6, 8, 8, 10]);
    expect([...scheduler.state.openBatches.all()]).toEqual([]);
  });
});
