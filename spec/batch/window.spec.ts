/** `window` and `hold`: the time that a batch stays open. */
import { asyncScheduler, delay, mergeMap, NEVER, of, throwError, timer } from 'rxjs';
import { all, AsyncValue, batch, BatchScheduler, Future, task } from 'sluice';
import { virtualScheduler } from '../support/virtual-time';
import { listen, recorder, runVirtual } from './virtual-run';

describe('window', () => {
  it('left out, is 0: a batch is flushed in the frame of its keys', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve);
      at(5, () => void nameOf(1).subscribe());
      at(6, () => expect(asked).toEqual([[1]]));
      flush();
    });
  });

  it('collects keys for the given ms from the first key, and later keys do not prolong it', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { window: 10 });
      at(1, () => void nameOf(1).subscribe());
      at(10, () => void nameOf(2).subscribe());
      at(12, () => expect(asked).toEqual([[1, 2]]));
      at(13, () => void nameOf(3).subscribe());
      at(22, () => expect(asked).toEqual([[1, 2]]));
      flush();
      expect(asked).toEqual([[1, 2], [3]]);
    });
  });

  it('runs separately for each partition', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { window: 10, partition: (id) => id % 2 });
      at(0, () => void nameOf(1).subscribe());
      at(5, () => void nameOf(2).subscribe());
      at(11, () => expect(asked).toEqual([[1]]));
      flush();
      expect(asked).toEqual([[1], [2]]);
    });
  });

  it('ends early when the batch has maxSize keys', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { window: 10, maxSize: 2 });
      at(1, () => void nameOf.many([1, 2]).subscribe());
      at(2, () => expect(asked).toEqual([[1, 2]]));
      flush();
      expect(asked).toHaveLength(1);
    });
  });

  it('ends early at scheduler.flush()', () => {
    const { asked, resolve } = recorder();
    const { scheduler } = virtualScheduler();
    batch(resolve, { window: 10, scheduler })(1).subscribe();
    scheduler.flush();
    expect(asked).toEqual([[1]]);
  });

  it('leaves no timer when all its keys are cancelled', () => {
    const { scheduler, clock } = virtualScheduler();
    listen(batch(recorder().resolve, { window: 10, scheduler })(1)).stop();
    clock.flush();
    expect(clock.now()).toBe(0);
  });

  it('leaves no timer when its batch was full', () => {
    const { scheduler, clock } = virtualScheduler();
    batch(recorder().resolve, { window: 10, maxSize: 1, scheduler })(1).subscribe();
    clock.flush();
    expect(clock.now()).toBe(0);
  });

  it('starts again for a key that arrives after all earlier keys were cancelled', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { window: 10 });
      const recording = listen(nameOf(1));
      at(4, () => recording.stop());
      at(8, () => void nameOf(2).subscribe());
      at(17, () => expect(asked).toEqual([]));
      flush();
      expect(asked).toEqual([[2]]);
    });
  });
});

describe('hold', () => {
  /** A task that loads `id` after `ms`. */
  const sleeper = (nameOf: (id: number) => Future<string>) =>
    task(function* (ms: number, id: number) {
      yield* Future.from(timer(ms));
      return yield* nameOf(id);
    });

  it('left out, waits for no task', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve);
      all([nameOf(1), sleeper(nameOf)(5, 2)]).subscribe();
      flush();
      expect(asked).toEqual([[1], [2]]);
    });
  });

  it('waits for busy tasks that may still join', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { hold: 20 });
      all([nameOf(1), sleeper(nameOf)(5, 2)]).subscribe();
      at(4, () => expect(asked).toEqual([]));
      at(6, () => expect(asked).toEqual([[1, 2]]));
      flush();
    });
  });

  it('waits for tasks that wait for an AsyncValue or another flight', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { hold: 20 });
      const cell = new AsyncValue<number>();
      const slow = batch((ids: readonly number[]) => of([...ids]).pipe(delay(7)));
      const loadAfter = task(function* (id: Future<number> | AsyncValue<number>) {
        return yield* nameOf(yield* id);
      });
      all([nameOf(1), loadAfter(cell), loadAfter(slow(3))]).subscribe();
      at(4, () => cell.set(2));
      flush();
      expect(asked).toEqual([[1, 2, 3]]);
    });
  });

  it('waits for a task that waits in the window of another batch', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { hold: 20 });
      const idOf = batch((ids: readonly number[]) => [...ids], { window: 5 });
      const loadAfter = task(function* () {
        return yield* nameOf(yield* idOf(2));
      });
      all([nameOf(1), loadAfter()]).subscribe();
      at(4, () => expect(asked).toEqual([]));
      at(6, () => expect(asked).toEqual([[1, 2]]));
      flush();
    });
  });

  it('does not wait for a window whose keys are all cancelled', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      batch(resolve, { hold: 20 })(1).subscribe();
      const leaving = listen(batch(resolve, { window: 15 })(2));
      at(5, () => leaving.stop());
      at(6, () => expect(asked).toEqual([[1]]));
      flush();
    });
  });

  it('has ended if its time has passed before the scheduler first checks it', async () => {
    let time = 0;
    const clock = { now: () => time, schedule: asyncScheduler.schedule.bind(asyncScheduler) };
    const scheduler = new BatchScheduler({ clock });
    const { asked, resolve } = recorder();
    const nameOf = batch(resolve, { hold: 20, scheduler });
    const cell = new AsyncValue<number>();
    const loadAfter = task(function* () {
      return yield* nameOf(yield* cell);
    });
    const both = scheduler.run(() => {
      const asking = all([nameOf(1), loadAfter()]).then((names) => names);
      time = 21;
      return asking;
    });
    await new Promise((resolveTurn) => setTimeout(resolveTurn, 5));
    expect(asked).toEqual([[1]]);
    cell.set(2);
    await both;
    expect(asked).toEqual([[1], [2]]);
  });

  it('ends after the given ms at the latest', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { hold: 20 });
      all([nameOf(1), sleeper(nameOf)(100, 2)]).subscribe();
      at(19, () => expect(asked).toEqual([]));
      at(21, () => expect(asked).toEqual([[1]]));
      flush();
      expect(asked).toEqual([[1], [2]]);
    });
  });

  it('does not wait if no task is busy', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      batch(resolve, { hold: 20 })(1).subscribe();
      at(1, () => expect(asked).toEqual([[1]]));
      flush();
    });
  });

  it('ends as soon as the busy work is unsubscribed', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { hold: 20 });
      nameOf(1).subscribe();
      const busy = listen(Future.from(NEVER));
      at(5, () => busy.stop());
      at(6, () => expect(asked).toEqual([[1]]));
      flush();
    });
  });

  it('is counted from the first key, as the window is', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { window: 10, hold: 20 });
      const busy = listen(Future.from(NEVER));
      at(1, () => void nameOf(1).subscribe());
      at(20, () => expect(asked).toEqual([]));
      at(22, () => expect(asked).toEqual([[1]]));
      flush();
      busy.stop();
    });
  });

  it('does not wait for work on another scheduler', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      new BatchScheduler().schedule(() => void Future.from(NEVER).subscribe());
      at(1, () => void batch(resolve, { hold: 20 })(1).subscribe());
      at(2, () => expect(asked).toEqual([[1]]));
      flush();
    });
  });

  it('ends as soon as the busy work has failed', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      batch(resolve, { hold: 20 })(1).subscribe();
      listen(Future.from(timer(5).pipe(mergeMap(() => throwError(() => new Error('down'))))));
      at(6, () => expect(asked).toEqual([[1]]));
      flush();
    });
  });
});

describe.each([
  ['window', { window: 5 }],
  ['hold', { hold: 5 }],
] as const)('%s, on a clock whose flush was interrupted by an error', (_name, config) => {
  it('continues when another key is requested', () => {
    const { scheduler, clock } = virtualScheduler();
    const nameOf = batch(recorder().resolve, { ...config, scheduler });
    scheduler.schedule(() => void Future.from(NEVER).subscribe());
    const recordings = [listen(nameOf(1))];
    clock.schedule(() => {
      throw new Error('thrown by other work');
    }, 2);
    expect(() => clock.flush()).toThrow('thrown by other work');
    recordings.push(listen(nameOf(2)));
    clock.flush();
    expect(recordings.map(({ values }) => values)).toEqual([['user 1'], ['user 2']]);
    expect(clock.now()).toBe(5);
  });
});
