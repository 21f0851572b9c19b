/**
 * What RxJS promises of `schedule`, kept by the BatchScheduler whatever its time comes from.
 */
import type { SchedulerAction, Subscription } from 'rxjs';
import type { BatchScheduler } from 'sluice';
import { virtualScheduler, virtualTimes } from '../support/virtual-time';

/** What ran, and when. */
type Log = [at: number, what: unknown][];

describe.each(virtualTimes)('schedule, on %s', (_name, run) => {
  /** Runs the program and gives what it has logged. */
  function logOf(program: (scheduler: BatchScheduler, log: (what?: unknown) => void) => void): Log {
    const entries: Log = [];
    run((scheduler) => program(scheduler, (what) => void entries.push([scheduler.now(), what])));
    return entries;
  }

  it('runs work in a later turn, never in that of the caller', () => {
    const order: string[] = [];
    run((scheduler) => {
      scheduler.schedule(() => order.push('work'));
      order.push('caller');
    });
    expect(order).toEqual(['caller', 'work']);
  });

  it('runs work after its delay, on the time that now() tells', () => {
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

  it('keeps to the order of scheduling among equal due times', () => {
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

  it('runs what work schedules after all that was due with it', () => {
    const log = logOf((scheduler, note) => {
      scheduler.schedule(() => void scheduler.schedule(note, 0, 'scheduled by the first'));
      scheduler.schedule(note, 0, 'second');
    });
    expect(log.map(([, what]) => what)).toEqual(['second', 'scheduled by the first']);
  });

  it('takes a negative delay for none', () => {
    expect(logOf((scheduler, note) => scheduler.schedule(note, -5, 'done'))).toEqual([[0, 'done']]);
  });

  it('never runs what is due at Infinity', () => {
    expect(logOf((scheduler, note) => scheduler.schedule(note, Infinity))).toEqual([]);
  });

  it('waits longer than a timer of the platform can', () => {
    const delay = 2 ** 31 + 5;
    expect(logOf((scheduler, note) => scheduler.schedule(note, delay, 'at last'))).toEqual([[delay, 'at last']]);
  });

  it('returns the action that work has for `this`', () => {
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

  it('gives back the action itself from a schedule through `this`', () => {
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

  it('gives a run that replaces another its own place in the order', () => {
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

  it.each([0, 5])('runs nothing that was unsubscribed before its time, after a delay of %d', (delay) => {
    expect(logOf((scheduler, note) => scheduler.schedule(note, delay).unsubscribe())).toEqual([]);
  });

  it('runs nothing that was unsubscribed by work of the same flush', () => {
    const log = logOf((scheduler, note) => {
      scheduler.schedule(() => second.unsubscribe());
      const second = scheduler.schedule(note, 0, 'second');
      scheduler.schedule(note, 0, 'third');
    });
    expect(log).toEqual([[0, 'third']]);
  });

  it('takes it for a no-op when a closed action is scheduled, and gives it back', () => {
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

  it('leaves a finished action open, to be scheduled again', () => {
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

  it('runs the finalisers of an action when it is unsubscribed, not when it has run', () => {
    const log = logOf((scheduler, note) => {
      const action = scheduler.schedule(() => undefined);
      action.add(() => note('finalised'));
      scheduler.schedule(() => action.unsubscribe(), 5);
    });
    expect(log).toEqual([[5, 'finalised']]);
  });

  it.each([0, 5])('unsubscribes the action whose work throws, and rethrows, after a delay of %d', (delay) => {
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

  it('drops what is left of a flush in which work throws', () => {
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

describe('after work has thrown', () => {
  const fail = (): never => {
    throw new Error('thrown by work');
  };

  it('runs what that work had scheduled before', () => {
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

  it('runs what is scheduled next', () => {
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
