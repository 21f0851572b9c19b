/**
 * `window` and `hold`: how long a batch stands open.
 */
import { asyncScheduler, delay, mergeMap, NEVER, of, throwError, timer } from 'rxjs';
import { all, AsyncValue, batch, BatchScheduler, Future, task } from 'sluice';
import { virtualScheduler } from '../support/virtual-time';
import { listen, recorder, runVirtual } from './virtual-run';

describe('window', () => {
  it('left out, is none: a batch flushes in the frame it was asked in', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve);
      at(5, () => void nameOf(1).subscribe());
      at(6, () => expect(asked).toEqual([[1]]));
      flush();
    });
  });

  it('gathers for so many ms from the first key, and no longer for later keys', () => {
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

  it('is that of each partition by itself', () => {
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

  it('is cut short by maxSize', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { window: 10, maxSize: 2 });
      at(1, () => void nameOf.many([1, 2]).subscribe());
      at(2, () => expect(asked).toEqual([[1, 2]]));
      flush();
      expect(asked).toHaveLength(1);
    });
  });

  it('is cut short by scheduler.flush()', () => {
    const { asked, resolve } = recorder();
    const { scheduler } = virtualScheduler();
    batch(resolve, { window: 10, scheduler })(1).subscribe();
    scheduler.flush();
    expect(asked).toEqual([[1]]);
  });

  it('leaves no timer behind when all its keys have left', () => {
    const { scheduler, clock } = virtualScheduler();
    listen(batch(recorder().resolve, { window: 10, scheduler })(1)).stop();
    clock.flush();
    expect(clock.now()).toBe(0);
  });

  it('leaves no timer behind when it was full', () => {
    const { scheduler, clock } = virtualScheduler();
    batch(recorder().resolve, { window: 10, maxSize: 1, scheduler })(1).subscribe();
    clock.flush();
    expect(clock.now()).toBe(0);
  });

  it('runs anew for a key that comes when all before have left', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { window: 10 });
      const heard = listen(nameOf(1));
      at(4, () => heard.stop());
      at(8, () => void nameOf(2).subscribe());
      at(17, () => expect(asked).toEqual([]));
      flush();
      expect(asked).toEqual([[2]]);
    });
  });
});

describe('hold', () => {
  /** A task that asks for its key when it has slept. */
  const sleeper = (nameOf: (id: number) => Future<string>) =>
    task(function* (ms: number, id: number) {
      yield* Future.from(timer(ms));
      return yield* nameOf(id);
    });

  it('left out, waits for nobody', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve);
      all([nameOf(1), sleeper(nameOf)(5, 2)]).subscribe();
      flush();
      expect(asked).toEqual([[1], [2]]);
    });
  });

  it('waits for tasks that are busy elsewhere, and may yet join', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { hold: 20 });
      all([nameOf(1), sleeper(nameOf)(5, 2)]).subscribe();
      at(4, () => expect(asked).toEqual([]));
      at(6, () => expect(asked).toEqual([[1, 2]]));
      flush();
    });
  });

  it('waits for an AsyncValue that a task waits for, and for other flights', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { hold: 20 });
      const cell = new AsyncValue<number>();
      const slow = batch((ids: readonly number[]) => of([...ids]).pipe(delay(7)));
      const follow = task(function* (id: Future<number> | AsyncValue<number>) {
        return yield* nameOf(yield* id);
      });
      all([nameOf(1), follow(cell), follow(slow(3))]).subscribe();
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
      const follow = task(function* () {
        return yield* nameOf(yield* idOf(2));
      });
      all([nameOf(1), follow()]).subscribe();
      at(4, () => expect(asked).toEqual([]));
      at(6, () => expect(asked).toEqual([[1, 2]]));
      flush();
    });
  });

  it('does not wait for a window that all have left', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      batch(resolve, { hold: 20 })(1).subscribe();
      const leaving = listen(batch(resolve, { window: 15 })(2));
      at(5, () => leaving.stop());
      at(6, () => expect(asked).toEqual([[1]]));
      flush();
    });
  });

  it('is over where its time has passed before the scheduler first looks at it', async () => {
    let time = 0;
    const clock = { now: () => time, schedule: asyncScheduler.schedule.bind(asyncScheduler) };
    const scheduler = new BatchScheduler({ clock });
    const { asked, resolve } = recorder();
    const nameOf = batch(resolve, { hold: 20, scheduler });
    const cell = new AsyncValue<number>();
    const follow = task(function* () {
      return yield* nameOf(yield* cell);
    });
    const both = scheduler.run(() => {
      const asking = all([nameOf(1), follow()]).then((names) => names);
      time = 21;
      return asking;
    });
    await new Promise((resolveTurn) => setTimeout(resolveTurn, 5));
    expect(asked).toEqual([[1]]);
    cell.set(2);
    await both;
    expect(asked).toEqual([[1], [2]]);
  });

  it('waits so many ms at most', () => {
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

  it('does not wait when nothing is busy', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      batch(resolve, { hold: 20 })(1).subscribe();
      at(1, () => expect(asked).toEqual([[1]]));
      flush();
    });
  });

  it('ends as soon as what was busy is unsubscribed', () => {
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

  it('counts from the first key, within which the window runs as well', () => {
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

  it('does not wait for what is busy on another scheduler', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      new BatchScheduler().schedule(() => void Future.from(NEVER).subscribe());
      at(1, () => void batch(resolve, { hold: 20 })(1).subscribe());
      at(2, () => expect(asked).toEqual([[1]]));
      flush();
    });
  });

  it('ends as soon as what was busy has failed', () => {
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
] as const)('%s, on a clock that dropped it since somebody else threw there', (_name, config) => {
  it('runs on when another key comes', () => {
    const { scheduler, clock } = virtualScheduler();
    const nameOf = batch(recorder().resolve, { ...config, scheduler });
    scheduler.schedule(() => void Future.from(NEVER).subscribe());
    const heard = [listen(nameOf(1))];
    clock.schedule(() => {
      throw new Error('thrown by somebody else');
    }, 2);
    expect(() => clock.flush()).toThrow('thrown by somebody else');
    heard.push(listen(nameOf(2)));
    clock.flush();
    expect(heard.map(({ values }) => values)).toEqual([['user 1'], ['user 2']]);
    expect(clock.now()).toBe(5);
  });
});
