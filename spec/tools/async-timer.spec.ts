/** `AsyncTimer`: the time in which tasks run, without the time in which they wait, by any clock. */
import { timer } from 'rxjs';
import { all, enter, task, within } from 'sluice';
import { AsyncTimer } from 'sluice/tools';
import { listen, runVirtual } from '../batch/virtual-run';

/** A clock that advances only by calls of `work`. */
function clock() {
  let time = 1_000;
  const work = (ms: number): void => void (time += ms);
  return { work, now: () => time };
}

it('an AsyncTimer counts the time in which its task runs, and not the time in which it waits', () => {
  runVirtual(({ flush, at }) => {
    const { work, now } = clock();
    const timing = new AsyncTimer({ now });
    const report = task(function* () {
      work(3);
      yield timer(10);
      work(4);
    });
    const recording = listen(within(timing, report()));
    at(5, () => {
      expect([timing.elapsed, timing.isRunning]).toEqual([3, false]);
      work(100);
    });
    flush();
    expect([timing.elapsed, timing.isRunning, recording.isComplete]).toEqual([7, false, true]);
  });
});

it('an AsyncTimer counts the tasks that its task calls, and no others', () => {
  runVirtual(({ flush }) => {
    const { work, now } = clock();
    const [first, second] = [new AsyncTimer({ now }), new AsyncTimer({ now })];
    const step = task(function* (ms: number) {
      work(ms);
      yield timer(1);
      work(ms);
    });
    const both = task(function* () {
      yield* all([step(1), step(2)]);
    });
    listen(all([within(first, both()), within(second, step(10)), step(100)]));
    flush();
    expect([first.elapsed, second.elapsed]).toEqual([6, 20]);
  });
});

it('an AsyncTimer can be read while its task runs, and includes the time until then', () => {
  const { work, now } = clock();
  const timing = new AsyncTimer({ now });
  const seen: unknown[] = [];
  const report = task(() => {
    work(2);
    seen.push([timing.elapsed, timing.isRunning]);
    work(2);
    seen.push(timing.elapsed);
  });
  within(timing, report()).block();
  expect(seen).toEqual([[2, true], 4]);
});

it('an AsyncTimer around several tasks, or twice around one, counts no time twice', () => {
  runVirtual(({ flush }) => {
    const { work, now } = clock();
    const timing = new AsyncTimer({ now });
    const step = task(function* () {
      work(1);
      yield timer(1);
      work(1);
    });
    listen(all([within(timing, within(timing, step())), within(timing, step())]));
    flush();
    expect([timing.elapsed, timing.isRunning]).toEqual([4, false]);
  });
});

it('an AsyncTimer that is entered counts the rest of the block', () => {
  const { work, now } = clock();
  const timing = new AsyncTimer({ now });
  const report = task(() => {
    work(1);
    {
      using _ = enter(timing);
      work(2);
    }
    work(4);
  });
  report().block();
  expect(timing.elapsed).toBe(2);
});

it('an AsyncTimer stops when its task fails or is unsubscribed', () => {
  runVirtual(({ flush, at }) => {
    const { work, now } = clock();
    const timing = new AsyncTimer({ now });
    const failing = task(function* () {
      work(1);
      yield timer(1);
      throw new RangeError('no');
    });
    const cancelled = task(function* () {
      try {
        yield timer(10);
      } finally {
        work(5);
      }
    });
    listen(within(timing, failing()));
    const recording = listen(within(timing, cancelled()));
    at(5, () => recording.stop());
    flush();
    expect([timing.elapsed, timing.isRunning]).toEqual([6, false]);
  });
});

it('an AsyncTimer whose clock throws fails its task, and stops', () => {
  let isBroken = false;
  const timing = new AsyncTimer({
    now: () => {
      if (isBroken) throw new RangeError('no time');
      return 1;
    },
  });
  const report = task(() => (isBroken = true));
  expect(() => within(timing, report()).block()).toThrow('no time');
  expect([timing.isRunning, timing.elapsed]).toEqual([false, 0]);
});

it('an AsyncTimer has a clock by default', () => {
  const timing = new AsyncTimer();
  within(timing, task(() => 1)()).block();
  expect(timing.elapsed).toBeGreaterThanOrEqual(0);
});

it('new AsyncTimer refuses a wrong config', () => {
  expect(() => new AsyncTimer(5 as never)).toThrow('AsyncTimer: expected its config to be an object of options; got 5');
  expect(() => new AsyncTimer({ now: 5 as never })).toThrow(
    'AsyncTimer: expected `now` to be a function that returns the time in ms',
  );
  expect(() => new AsyncTimer({ clock: 5 } as never)).toThrow('AsyncTimer: unknown option "clock"');
});
