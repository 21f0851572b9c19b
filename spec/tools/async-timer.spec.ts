/** `AsyncTimer`: how long tasks have been at work themselves, by whatever clock. */
import { timer } from 'rxjs';
import { all, enter, task, within } from 'sluice';
import { AsyncTimer } from 'sluice/tools';
import { listen, runVirtual } from '../batch/virtual-run';

/** A clock that stands still until somebody works. */
function clock() {
  let time = 1_000;
  const work = (ms: number): void => void (time += ms);
  return { work, now: () => time };
}

it('counts the time at work, and not that of waits', () => {
  runVirtual(({ flush, at }) => {
    const { work, now } = clock();
    const timing = new AsyncTimer({ now });
    const report = task(function* () {
      work(3);
      yield timer(10);
      work(4);
    });
    const heard = listen(within(timing, report()));
    at(5, () => {
      expect([timing.elapsed, timing.isRunning]).toEqual([3, false]);
      work(100);
    });
    flush();
    expect([timing.elapsed, timing.isRunning, heard.isComplete]).toEqual([7, false, true]);
  });
});

it('counts what runs for its task, and nobody else', () => {
  runVirtual(({ flush }) => {
    const { work, now } = clock();
    const [mine, yours] = [new AsyncTimer({ now }), new AsyncTimer({ now })];
    const step = task(function* (ms: number) {
      work(ms);
      yield timer(1);
      work(ms);
    });
    const both = task(function* () {
      yield* all([step(1), step(2)]);
    });
    listen(all([within(mine, both()), within(yours, step(10)), step(100)]));
    flush();
    expect([mine.elapsed, yours.elapsed]).toEqual([6, 20]);
  });
});

it('goes on while it is looked at', () => {
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

it('around many tasks, or twice around one, counts no moment twice', () => {
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

it('is for the rest of a block where it is entered', () => {
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

it('stops with a task that fails, or is left', () => {
  runVirtual(({ flush, at }) => {
    const { work, now } = clock();
    const timing = new AsyncTimer({ now });
    const failing = task(function* () {
      work(1);
      yield timer(1);
      throw new RangeError('no');
    });
    const left = task(function* () {
      try {
        yield timer(10);
      } finally {
        work(5);
      }
    });
    listen(within(timing, failing()));
    const heard = listen(within(timing, left()));
    at(5, () => heard.stop());
    flush();
    expect([timing.elapsed, timing.isRunning]).toEqual([6, false]);
  });
});

it('whose clock throws fails the task it is around, and does not go on for ever', () => {
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

it('has a clock of its own where it is given none', () => {
  const timing = new AsyncTimer();
  within(timing, task(() => 1)()).block();
  expect(timing.elapsed).toBeGreaterThanOrEqual(0);
});

it('refuses wrong use', () => {
  expect(() => new AsyncTimer(5 as never)).toThrow('AsyncTimer: expected its config to be an object of options; got 5');
  expect(() => new AsyncTimer({ now: 5 as never })).toThrow(
    'AsyncTimer: expected `now` to be a function that returns the time in ms',
  );
  expect(() => new AsyncTimer({ clock: 5 } as never)).toThrow('AsyncTimer: unknown option "clock"');
});
