/** Contexts are left when what runs in them has ended: however it ended, and whenever it was cancelled. */
import { config, NEVER, Subject, timer, type Subscription } from 'rxjs';
import { all, AsyncValue, enter, forbidSuspension, Future, allSettled, task, within } from 'sluice';
import { hear } from '../future/hear';
import { testScheduler } from '../support/virtual-time';
import { unhandledErrorsOf } from '../support/unhandled';
import { nesting, Traced } from './traced';

const broken = new Error('broken');

/** Enters and leaves by methods of its own. */
class Stay extends Traced {
  override enter(): void {
    this.trace.push(`enter ${this.name}`);
  }
  override leave(): void {
    this.trace.push(`leave ${this.name}`);
  }
}

class BreaksOnPause extends Traced {
  override pause(): void {
    throw broken;
  }
}

/** Waits, then cleans up, which takes its time. */
const careful = (log: string[], name: string, ms = 2) =>
  task(function* () {
    try {
      yield timer(9);
    } finally {
      log.push(` cleaning ${name}`);
      yield timer(ms);
      log.push(` cleaned ${name}`);
    }
  })();

const inTime = (program: () => void): void => testScheduler().run(program);

describe('a context is entered once and left once', () => {
  it('paused and resumed in between', () => {
    const trace: string[] = [];
    inTime(() => {
      const waits = task(function* () {
        yield timer(1);
        yield timer(1);
      });
      within(new Stay('a', trace), waits()).subscribe();
    });
    expect(trace).toEqual(['enter a', '-a', '+a', '-a', '+a', 'leave a']);
  });

  it('is left, not paused, when what runs in it is cancelled, after its clean-up', () => {
    const trace: string[] = [];
    inTime(() => {
      const subscription = within(new Stay('a', trace), careful(trace, 'it')).subscribe();
      timer(1).subscribe(() => subscription.unsubscribe());
    });
    expect(trace).toEqual(['enter a', '-a', '+a', ' cleaning it', '-a', '+a', ' cleaned it', 'leave a']);
  });

  it('is left while it is off, without another word, when what it is around ends by itself', () => {
    const trace: string[] = [];
    inTime(() => void within(new Stay('a', trace), Future.from(timer(1))).subscribe());
    expect(trace).toEqual(['enter a', '-a']);
  });

  it('is never turned on again once it is left, whoever still runs that was begun in it', () => {
    const trace: string[] = [];
    const straggler = new Subject<string>();
    inTime(() => {
      const leavesSomethingBehind = task(function* () {
        straggler.subscribe((line) => trace.push(line));
        Future.from(straggler).subscribe((line) => trace.push(`late ${line}`));
        yield timer(1);
      });
      const isOff = Future.from(timer(1));
      within(new Traced('a', trace), leavesSomethingBehind()).subscribe();
      within(new Traced('b', trace), isOff).subscribe();
    });
    const before = trace.length;
    straggler.next('told');
    straggler.complete();
    expect(trace.slice(before)).toEqual(['told', 'late told']);
  });
});

describe.each<[string, (futures: readonly Future<unknown>[]) => Future<unknown>]>([
  ['all', (futures) => all(futures)],
  ['settled', (futures) => allSettled(futures)],
  ['a task that yields all', (futures) => task(function* () { yield* all(futures); })()], // prettier-ignore
  ['a context', (futures) => within(new Traced('z', []), all(futures))],
])('nested contexts in %s', (_, together) => {
  const start = (trace: string[]): Subscription => {
    const inside = (outer: string, inner: string, ms: number) =>
      within(
        new Traced(outer, trace),
        task(function* () {
          using _ = enter(new Traced(inner, trace));
          yield timer(ms);
          yield* all([within(new Traced('x', trace), careful(trace, outer)), timer(ms)]);
        })(),
      );
    return together([inside('a', 'b', 1), inside('c', 'd', 2), within(new Traced('e', trace), timer(3))]).subscribe();
  };

  it.each(Array.from({ length: 17 }, (_, ms) => [ms]))('are balanced when it is cancelled at %i ms', (ms) => {
    const trace: string[] = [];
    inTime(() => {
      const subscription = start(trace);
      timer(ms).subscribe(() => subscription.unsubscribe());
    });
    expect(nesting(trace).at(-1)).toBe('');
  });

  it('are balanced when it is cancelled at once', () => {
    const trace: string[] = [];
    inTime(() => start(trace).unsubscribe());
    expect(nesting(trace).at(-1)).toBe('');
  });
});

describe('cancelling what a broken context has interrupted', () => {
  it('waits for its clean-up, and then fails with what the context has thrown', () => {
    const log: string[] = [];
    let value: AsyncValue<unknown> | undefined;
    const errors: unknown[] = [];
    config.onUnhandledError = (error) => errors.push(error);
    inTime(() => {
      value = within(new BreaksOnPause('x', []), careful(log, 'it', 5)).start();
      timer(2).subscribe(() => {
        value?.cancel('why');
        log.push(value?.isSet ? ' settled' : ' not settled');
      });
    });
    config.onUnhandledError = null;
    expect(log).toEqual([' cleaning it', ' not settled', ' cleaned it']);
    expect(value?.error).toBe(broken);
    expect(errors).toEqual([]);
  });

  it('does not confuse the task that waits for it', () => {
    const log: string[] = [];
    config.onUnhandledError = () => undefined;
    inTime(() => {
      const outer = task(function* () {
        try {
          yield* within(new BreaksOnPause('x', []), careful(log, 'inner', 5));
        } finally {
          log.push(' outer');
          yield timer(20);
          log.push(' outer done');
        }
      });
      const subscription = outer().subscribe();
      timer(2).subscribe(() => subscription.unsubscribe());
    });
    config.onUnhandledError = null;
    expect(log).toEqual([' cleaning inner', ' cleaned inner', ' outer', ' outer done']);
  });
});

describe('a context whose leave throws', () => {
  class BreaksOnLeave extends Traced {
    override leave(): void {
      throw broken;
    }
  }
  const no = new Error('no');

  it('fails what it is around', () => {
    expect(hear(within(new BreaksOnLeave('x', []), Future.of(1))).heard).toEqual(['error Error: broken']);
  });

  it('loses no error of what it is around', () => {
    const heard: (readonly string[])[] = [];
    const reported = unhandledErrorsOf(() => {
      heard.push(hear(within(new BreaksOnLeave('x', []), Future.fail(no))).heard);
    });
    expect(heard).toEqual([['error Error: broken']]);
    expect(reported).toEqual([no]);
  });

  it('fails the task that entered it, which leaves it all the same', () => {
    const trace: string[] = [];
    const seen: unknown[] = [];
    inTime(() => {
      task(function* () {
        using _ = enter(new Traced('a', trace));
        const stay = enter(new BreaksOnLeave('x', trace));
        try {
          stay[Symbol.dispose]();
        } catch (error) {
          seen.push(error);
        }
        yield timer(1);
      })().subscribe();
    });
    expect(seen).toEqual([broken]);
    expect(trace).toEqual(['+a', '+x', '-a', '+a', '-a']);
  });

  it('is told of when it was cancelled', () => {
    const gone = task(function* () {
      try {
        yield NEVER;
      } finally {
        yield null;
      }
    });
    const reported = unhandledErrorsOf(() => {
      within(new BreaksOnLeave('x', []), gone()).subscribe().unsubscribe();
    });
    expect(reported).toEqual([broken]);
  });
});

describe('forbidSuspension', () => {
  it('is no hindrance to a task that cancels itself', () => {
    const reported = unhandledErrorsOf(() => {
      const holder: { self?: AsyncValue<unknown> } = {};
      const gate = new AsyncValue<void>();
      const self = task(function* () {
        yield* gate;
        yield* within(
          forbidSuspension(),
          task(function* () {
            holder.self?.cancel();
            yield null;
          })(),
        );
      });
      holder.self = self().start();
      gate.set();
      expect(holder.self.error).toMatchObject({ code: 'SLUICE_CANCELLED' });
    });
    expect(reported).toEqual([]);
  });
});
