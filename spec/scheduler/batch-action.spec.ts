/**
 * The BatchScheduler keeps RxJS's contract of `schedule` on any clock.
 */
import type { SchedulerAction, Subscription } from 'rxjs';
import type { BatchScheduler } from 'sluice';
import { virtualScheduler, virtualTimes } from '../support/virtual-time';

/** Each run with its time. */
type Log = [at: number, what: unknown][];

describe.each(virtualTimes)('schedule, on %s', (_name, run) => {
  /** Runs the program and returns its log. */
  function logOf(program: (scheduler: BatchScheduler, log: (what?: unknown) => void) => void): Log {
    const entries: Log = [];
    run((scheduler) => program(scheduler, (what) => void entries.push([scheduler.now(), what])));
    return entries;
  }

  it('runs work in a later turn, never in the turn of the caller', () => {
    const order: string[] = [];
    run((scheduler) => {
      scheduler.schedule(() => order.push('work'));
      order.push('caller');
    });
    expect(order).toEqual(['caller', 'work']);
  });

  it('runs work after its delay, measured by now()', () => {
    const log = logOf((scheduler, note) => {
      scheduler.schedule(note, 7, 'after 7');
      scheduler.schedule(note, 3, 'after 3');
      scheduler.schedule(note, 0, 'at once');
    });
    expect(log).toEqual([
      [0, 'at once'],
      [3, 'after 3'],
      [7, 'after 7'],
    ]);
  });

  it('runs work once', () => {
    expect(logOf((scheduler, note) => scheduler.schedule(() => note(), 2))).toHaveLength(1);
  });

  it('counts a delay from the moment of scheduling', () => {
    const log = logOf((scheduler, note) => {
      scheduler.schedule(() => void scheduler.schedule(note, 2, 'later'), 5);
    });
    expect(log).toEqual([[7, 'later']]);
  });

  it('runs work with equal due times in the order of scheduling', () => {
    const log = logOf((scheduler, note) => {
      [4, 0, 4, 0].forEach((delay, index) => scheduler.schedule(note, delay, index));
    });
    expect(log).toEqual([
      [0, 1],
      [0, 3],
      [4, 0],
      [4, 2],
    ]);
  });

  it('runs work scheduled by work after all work that was due at the same time', () => {
    const log = logOf((scheduler, note) => {
      scheduler.schedule(() => void scheduler.schedule(note, 0, 'scheduled by the first'));
      scheduler.schedule(note, 0, 'second');
    });
    expect(log.map(([, what]) => what)).toEqual(['second', 'scheduled by the first']);
  });

  it('treats a negative delay as 0', () => {
    expect(logOf((scheduler, note) => scheduler.schedule(note, -5, 'done'))).toEqual([[0, 'done']]);
  });

  it('never runs work with the delay Infinity', () => {
    expect(logOf((scheduler, note) => scheduler.schedule(note, Infinity))).toEqual([]);
  });

  it('supports delays longer than the maximum of platform timers', () => {
    const delay = 2 ** 31 + 5;
    expect(logOf((scheduler, note) => scheduler.schedule(note, delay, 'at last'))).toEqual([[delay, 'at last']]);
  });

  it('returns the action that is `this` in the work', () => {
    const seen: unknown[] = [];
    run((scheduler) => {
      const action = scheduler.schedule(function () {
        seen.push(this, action);
      });
    });
    expect(seen).toHaveLength(2);
    expect(seen[0]).toBe(seen[1]);
  });

  it('runs the same action again when it is scheduled through `this`', () => {
    const actions = new Set<unknown>();
    const log = logOf((scheduler, note) => {
      const countdown = function (this: SchedulerAction<number>, left = 0): void {
        note(left);
        actions.add(this);
        if (left > 0) this.schedule(left - 1, 10);
      };
      scheduler.schedule(countdown, 5, 2);
    });
    expect(log).toEqual([
      [5, 2],
      [15, 1],
      [25, 0],
    ]);
    expect(actions.size).toBe(1);
  });

  it('returns the action itself from `this.schedule`', () => {
    const given: boolean[] = [];
    run((scheduler) => {
      scheduler.schedule(
        function (state?: string) {
          if (state !== 'first') return;
          given.push(this.schedule('again') === this, this.schedule('again', 5) === this);
        },
        0,
        'first',
      );
    });
    expect(given).toEqual([true, true]);
  });

  it.each([
    ['a turn by a timer', 0, 8],
    ['a timer by a turn', 8, 0],
    ['a timer by a shorter one', 8, 4],
    ['a timer by a longer one', 4, 8],
    ['a turn by a turn', 0, 0],
    ['a timer by never', 4, Infinity],
    ['a turn by never', 0, Infinity],
  ])('replaces a pending run when scheduled again: %s', (_case, pending, next) => {
    const log = logOf((scheduler, note) => {
      scheduler.schedule(
        function (state?: string) {
          note(state);
          if (state !== 'first') return;
          this.schedule('replaced', pending);
          this.schedule('kept', next);
        },
        0,
        'first',
      );
    });
    expect(log.slice(1)).toEqual(next === Infinity ? [] : [[next, 'kept']]);
  });

  it('orders a run that replaces another by the time of its own scheduling', () => {
    const log = logOf((scheduler, note) => {
      scheduler.schedule(
        function (state?: string) {
          note(state);
          if (state !== 'first') return;
          this.schedule('replaced');
          scheduler.schedule(note, 0, 'scheduled meanwhile');
          this.schedule('kept');
        },
        0,
        'first',
      );
    });
    expect(log.map(([, what]) => what)).toEqual(['first', 'scheduled meanwhile', 'kept']);
  });

  it.each([0, 5])('runs no work that was unsubscribed before it was due, with a delay of %d', (delay) => {
    expect(logOf((scheduler, note) => scheduler.schedule(note, delay).unsubscribe())).toEqual([]);
  });

  it('runs no work that was unsubscribed by other work of the same flush', () => {
    const log = logOf((scheduler, note) => {
      scheduler.schedule(() => second.unsubscribe());
      const second = scheduler.schedule(note, 0, 'second');
      scheduler.schedule(note, 0, 'third');
    });
    expect(log).toEqual([[0, 'third']]);
  });

  it('ignores `schedule` on a closed action, and returns the action', () => {
    const given: boolean[] = [];
    const log = logOf((scheduler, note) => {
      scheduler.schedule(
        function (state?: string) {
          note(state);
          this.unsubscribe();
          given.push(this.schedule('again') === this, this.schedule('again', 5) === this);
        },
        0,
        'first',
      );
    });
    expect(log).toEqual([[0, 'first']]);
    expect(given).toEqual([true, true]);
  });

  it('leaves a finished action open, so that it can be scheduled again', () => {
    const finished: SchedulerAction<string>[] = [];
    const log = logOf((scheduler, note) => {
      scheduler.schedule(
        function (this: SchedulerAction<string>, state?: string) {
          note(state);
          finished.push(this);
        },
        0,
        'first',
      );
      scheduler.schedule(() => finished[0]?.schedule('second', 3), 5);
    });
    expect(log).toEqual([
      [0, 'first'],
      [8, 'second'],
    ]);
    expect(finished[0]?.closed).toBe(false);
  });

  it('runs the finalisers of an action at its unsubscription, not after its run', () => {
    const log = logOf((scheduler, note) => {
      const action = scheduler.schedule(() => undefined);
      action.add(() => note('finalised'));
      scheduler.schedule(() => action.unsubscribe(), 5);
    });
    expect(log).toEqual([[5, 'finalised']]);
  });

  it.each([0, 5])('unsubscribes an action whose work throws, and rethrows the error, with a delay of %d', (delay) => {
    const error = new Error('thrown by work');
    const actions: Subscription[] = [];
    const program = (scheduler: BatchScheduler): void => {
      const fail = (): never => {
        throw error;
      };
      actions.push(scheduler.schedule(fail, delay));
    };
    expect(() => run(program)).toThrow(error);
    expect(actions[0]?.closed).toBe(true);
  });

  it('drops the remaining work of a flush in which work throws', () => {
    const rest: Subscription[] = [];
    const ran: string[] = [];
    const program = (scheduler: BatchScheduler): void => {
      scheduler.schedule(() => ran.push('before'));
      scheduler.schedule(() => {
        throw new Error('thrown by work');
      });
      rest.push(scheduler.schedule(() => ran.push('after')));
    };
    expect(() => run(program)).toThrow('thrown by work');
    expect(ran).toEqual(['before']);
    expect(rest[0]?.closed).toBe(true);
  });
});

describe('the scheduler, after work has thrown', () => {
  const fail = (): never => {
    throw new Error('thrown by work');
  };

  it('runs work that was scheduled by that work before the error', () => {
    const { scheduler } = virtualScheduler();
    const ran: string[] = [];
    scheduler.schedule(() => {
      scheduler.schedule(() => ran.push('scheduled before the throw'));
      fail();
    });
    expect(() => scheduler.flush()).toThrow('thrown by work');
    scheduler.flush();
    expect(ran).toEqual(['scheduled before the throw']);
  });

  it('runs work that is scheduled next', () => {
    const { clock, scheduler } = virtualScheduler();
    const ran: string[] = [];
    scheduler.schedule(fail);
    expect(() => clock.flush()).toThrow('thrown by work');
    scheduler.schedule(() => ran.push('at once'));
    scheduler.schedule(() => ran.push('later'), 5);
    clock.flush();
    expect(ran).toEqual(['at once', 'later']);
  });
});
