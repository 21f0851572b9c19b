/** A context is left when the work in it has ended, after success, failure or cancellation. */
import { config, NEVER, Subject, timer, type Subscription } from 'rxjs';
import { all, AsyncValue, enter, forbidSuspension, Future, allSettled, task, within } from 'sluice';
import { record } from '../support/recording-observer';
import { testScheduler } from '../support/virtual-time';
import { unhandledErrorsOf } from '../support/unhandled';
import { nesting, RecordingContext } from './recording-context';

const broken = new Error('broken');

/** A context that overrides `enter` and `leave`. */
class Stay extends RecordingContext {
  override enter(): void {
    this.trace.push(`enter ${this.name}`);
  }
  override leave(): void {
    this.trace.push(`leave ${this.name}`);
  }
}

class BreaksOnPause extends RecordingContext {
  override pause(): void {
    throw broken;
  }
}

/** Waits, then cleans up asynchronously. */
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
  it('and is paused and resumed in between', () => {
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

  it('and is left, not paused, after the clean-up of cancelled work', () => {
    const trace: string[] = [];
    inTime(() => {
      const subscription = within(new Stay('a', trace), careful(trace, 'it')).subscribe();
      timer(1).subscribe(() => subscription.unsubscribe());
    });
    expect(trace).toEqual(['enter a', '-a', '+a', ' cleaning it', '-a', '+a', ' cleaned it', 'leave a']);
  });

  it('and gets no further call if its work ends while the context is off', () => {
    const trace: string[] = [];
    inTime(() => void within(new Stay('a', trace), Future.from(timer(1))).subscribe());
    expect(trace).toEqual(['enter a', '-a']);
  });

  it('and is not turned on again after that, although work that began in it still runs', () => {
    const trace: string[] = [];
    const straggler = new Subject<string>();
    inTime(() => {
      const leavesSomethingBehind = task(function* () {
        straggler.subscribe((line) => trace.push(line));
        Future.from(straggler).subscribe((line) => trace.push(`late ${line}`));
        yield timer(1);
      });
      const isOff = Future.from(timer(1));
      within(new RecordingContext('a', trace), leavesSomethingBehind()).subscribe();
      within(new RecordingContext('b', trace), isOff).subscribe();
    });
    const before = trace.length;
    straggler.next('value');
    straggler.complete();
    expect(trace.slice(before)).toEqual(['value', 'late value']);
  });
});

describe.each<[string, (futures: readonly Future<unknown>[]) => Future<unknown>]>([
  ['all', (futures) => all(futures)],
  ['allSettled', (futures) => allSettled(futures)],
  ['a task that yields all', (futures) => task(function* () { yield* all(futures); })()], // prettier-ignore
  ['a context', (futures) => within(new RecordingContext('z', []), all(futures))],
])('nested contexts in %s', (_, together) => {
  const start = (trace: string[]): Subscription => {
    const inside = (outer: string, inner: string, ms: number) =>
      within(
        new RecordingContext(outer, trace),
        task(function* () {
          using _ = enter(new RecordingContext(inner, trace));
          yield timer(ms);
          yield* all([within(new RecordingContext('x', trace), careful(trace, outer)), timer(ms)]);
        })(),
      );
    return together([
      inside('a', 'b', 1),
      inside('c', 'd', 2),
      within(new RecordingContext('e', trace), timer(3)),
    ]).subscribe();
  };

  it.each(Array.from({ length: 17 }, (_, ms) => [ms]))('are balanced after a cancellation at %i ms', (ms) => {
    const trace: string[] = [];
    inTime(() => {
      const subscription = start(trace);
      timer(ms).subscribe(() => subscription.unsubscribe());
    });
    expect(nesting(trace).at(-1)).toBe('');
  });

  it('are balanced after an immediate cancellation', () => {
    const trace: string[] = [];
    inTime(() => start(trace).unsubscribe());
    expect(nesting(trace).at(-1)).toBe('');
  });
});

describe('work that a throwing context has interrupted', () => {
  it('cleans up, and then fails with the error of the context', () => {
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

  it('can be cancelled without an effect on the task that waits for it', () => {
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
  class BreaksOnLeave extends RecordingContext {
    override leave(): void {
      throw broken;
    }
  }
  const no = new Error('no');

  it('fails its work', () => {
    expect(record(within(new BreaksOnLeave('x', []), Future.of(1))).notifications).toEqual(['error Error: broken']);
  });

  it('does not hide the error of its work, which is reported', () => {
    const received: (readonly string[])[] = [];
    const reported = unhandledErrorsOf(() => {
      received.push(record(within(new BreaksOnLeave('x', []), Future.fail(no))).notifications);
    });
    expect(received).toEqual([['error Error: broken']]);
    expect(reported).toEqual([no]);
  });

  it('fails the task that entered it, and counts as left', () => {
    const trace: string[] = [];
    const seen: unknown[] = [];
    inTime(() => {
      task(function* () {
        using _ = enter(new RecordingContext('a', trace));
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

  it('has its error reported after a cancellation', () => {
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
  it('lets a task cancel itself', () => {
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
