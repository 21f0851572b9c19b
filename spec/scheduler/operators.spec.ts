/**
 * RxJS's operators run on the BatchScheduler as on any other scheduler, exact to the frame.
 */
import { bufferTime, debounceTime, delay, interval, map, observeOn, scheduled, take, timer } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import { batchScheduler, BatchScheduler } from 'sluice';
import { marbles } from '../support/marbles';
import { virtualScheduler } from '../support/virtual-time';

describe.each([
  ['the default scheduler', () => batchScheduler],
  ['a scheduler with the TestScheduler as its clock', (clock: SchedulerLike) => new BatchScheduler({ clock })],
])('on %s', (_name, on) => {
  it(
    'observeOn keeps every notification in its frame and in order',
    marbles((m) => {
      const source = '  a-(bc)-d-----|';
      const expected = 'a-(bc)-d-----|';
      m.expect(m.hot(source).pipe(observeOn(on(m.scheduler)))).toBeObservable(expected);
    }),
  );

  it(
    'observeOn passes an error on',
    marbles((m) => {
      m.expect(m.hot('a--#').pipe(observeOn(on(m.scheduler)))).toBeObservable('a--#');
    }),
  );

  it(
    'observeOn with a delay delays every notification, also the last ones',
    marbles((m) => {
      const source = '  a-(bc)-d--|';
      const expected = '---a-(bc)-d--|';
      m.expect(m.hot(source).pipe(observeOn(on(m.scheduler), 3))).toBeObservable(expected);
    }),
  );

  it(
    'observeOn stops when it is unsubscribed',
    marbles((m) => {
      const source = m.hot('a-b-c-d-e');
      const lifetime = '    ^----!   ';
      const expected = '    --a-b----';
      m.expect(source.pipe(observeOn(on(m.scheduler), 2)), lifetime).toBeObservable(expected);
      m.expect(source).toHaveSubscriptions(lifetime);
    }),
  );

  it(
    'bufferTime emits the values of each time span',
    marbles((m) => {
      const source = '  -a-b-----c--|';
      const expected = '-----x----y-(z|)';
      const values = { x: ['a', 'b'], y: ['c'], z: [] };
      m.expect(m.hot(source).pipe(bufferTime(5, on(m.scheduler)))).toBeObservable(expected, values);
    }),
  );

  it(
    'bufferTime emits a full buffer at once',
    marbles((m) => {
      const source = '  -ab---c-----|';
      const expected = '--x----y----(z|)';
      const values = { x: ['a', 'b'], y: ['c'], z: [] };
      m.expect(m.hot(source).pipe(bufferTime(5, null, 2, on(m.scheduler)))).toBeObservable(expected, values);
    }),
  );

  it(
    'timer emits once',
    marbles((m) => {
      m.expect(timer(3, on(m.scheduler))).toBeObservable('---(0|)', { 0: 0 });
    }),
  );

  it(
    'timer emits periodically',
    marbles((m) => {
      m.expect(timer(3, 2, on(m.scheduler)).pipe(take(3))).toBeObservable('---a-b-(c|)', { a: 0, b: 1, c: 2 });
    }),
  );

  it(
    'interval counts until it is unsubscribed',
    marbles((m) => {
      const lifetime = '^------!';
      const expected = '--a-b-c--';
      m.expect(interval(2, on(m.scheduler)), lifetime).toBeObservable(expected, { a: 0, b: 1, c: 2 });
    }),
  );

  it(
    'debounceTime waits for a pause',
    marbles((m) => {
      const source = '  ab-c-----d----e|';
      const expected = '------c-----d--(e|)';
      m.expect(m.hot(source).pipe(debounceTime(3, on(m.scheduler)))).toBeObservable(expected);
    }),
  );

  it(
    'delay delays values, but not errors',
    marbles((m) => {
      m.expect(m.hot('a-b----|').pipe(delay(3, on(m.scheduler)))).toBeObservable('---a-b-|');
      m.expect(m.hot('a-b--#').pipe(delay(3, on(m.scheduler)))).toBeObservable('---a-#');
    }),
  );

  it(
    'scheduled emits one value a turn, all in one frame',
    marbles((m) => {
      m.expect(scheduled(['a', 'b', 'c'], on(m.scheduler))).toBeObservable('(abc|)');
    }),
  );
});

describe('on a scheduler with a VirtualTimeScheduler as its clock', () => {
  /** Each emission with its time. */
  function emitted(source: (on: SchedulerLike) => Observable<unknown>): unknown[] {
    const { clock, scheduler } = virtualScheduler();
    const emissions: unknown[] = [];
    source(scheduler)
      .pipe(map((value) => [clock.now(), value]))
      .subscribe((emission) => emissions.push(emission));
    clock.flush();
    return emissions;
  }

  it.each([
    [
      'timer',
      (on: SchedulerLike) => timer(3, 2, on).pipe(take(2)),
      [
        [3, 0],
        [5, 1],
      ],
    ],
    [
      'interval',
      (on: SchedulerLike) => interval(4, on).pipe(take(2)),
      [
        [4, 0],
        [8, 1],
      ],
    ],
    ['delay', (on: SchedulerLike) => timer(1, on).pipe(delay(6, on)), [[7, 0]]],
    [
      'observeOn',
      (on: SchedulerLike) => scheduled([1, 2], on).pipe(observeOn(on, 2)),
      [
        [2, 1],
        [2, 2],
      ],
    ],
    ['debounceTime', (on: SchedulerLike) => interval(2, on).pipe(take(2), delay(1, on), debounceTime(9, on)), [[5, 1]]],
    [
      'bufferTime',
      (on: SchedulerLike) => interval(2, on).pipe(take(3), bufferTime(5, on)),
      [
        [5, [0, 1]],
        [6, [2]],
      ],
    ],
  ])('%s keeps the virtual time', (_name, source, expected) => {
    expect(emitted(source)).toEqual(expected);
  });
});
