import { config, map, NEVER, Observable, Subject, type Subscription, timer } from 'rxjs';
import { all, batch, Future, task } from 'sluice';
import { record, inVirtualTime } from '../support/recording-observer';

let log: string[];
beforeEach(() => (log = []));

/** Waits for `input`, and records its clean-up, which takes `ms`. */
const recorded = task(function* (name: string, input: unknown, ms?: number) {
  try {
    yield input;
    log.push(`${name} continued`);
  } finally {
    log.push(`${name} cleans up`);
    if (ms !== undefined) {
      yield timer(ms);
      log.push(`${name} has cleaned up`);
    }
  }
});

describe('unsubscribing from a task', () => {
  it('runs its finally blocks before unsubscribe returns', () => {
    record(recorded('it', NEVER)).subscription.unsubscribe();
    expect(log).toEqual(['it cleans up']);
  });
  it('runs the finally blocks of the innermost first', () => {
    record(recorded('outer', recorded('middle', recorded('inner', NEVER)))).subscription.unsubscribe();
    expect(log).toEqual(['inner cleans up', 'middle cleans up', 'outer cleans up']);
  });
  it('runs the finally blocks of the innermost first, through operators as well', () => {
    record(recorded('outer', recorded('inner', NEVER).pipe(map(() => 1)))).subscription.unsubscribe();
    expect(log).toEqual(['inner cleans up', 'outer cleans up']);
  });
  it('runs the finally blocks of the innermost first, through operators a hundred deep', () => {
    const left: number[] = [];
    const nested = task(function* (n: number): Generator<unknown, void> {
      try {
        yield n === 0 ? NEVER : nested(n - 1).pipe(map(() => n));
      } finally {
        left.push(n);
      }
    });
    record(nested(100)).subscription.unsubscribe();
    expect(left).toEqual(Array.from({ length: 101 }, (_, n) => n));
  });
  it('runs the finally blocks of siblings from left to right, then those of their parent', () => {
    record(recorded('parent', [recorded('a', NEVER), { b: recorded('b', NEVER) }])).subscription.unsubscribe();
    expect(log).toEqual(['a cleans up', 'b cleans up', 'parent cleans up']);
  });
  it('waits for what the inner clean-up yields before the outer one begins', () => {
    inVirtualTime(() => {
      record(recorded('outer', recorded('inner', NEVER, 5))).subscription.unsubscribe();
      log.push('unsubscribed');
    });
    expect(log).toEqual(['inner cleans up', 'unsubscribed', 'inner has cleaned up', 'outer cleans up']);
  });
  it('waits for the clean-up of every sibling before that of their parent begins', () => {
    inVirtualTime(() => {
      const both = [recorded('a', NEVER, 9), recorded('b', NEVER, 5)];
      record(recorded('parent', both)).subscription.unsubscribe();
    });
    expect(log).toEqual(['a cleans up', 'b cleans up', 'b has cleaned up', 'a has cleaned up', 'parent cleans up']);
  });
  it('unsubscribes from the input of the task', () => {
    const source = new Subject<number>();
    record(recorded('it', source)).subscription.unsubscribe();
    expect(source.observed).toBe(false);
  });
  it('removes its key from the batch', () => {
    const flushes: unknown[] = [];
    const double = batch((ns: readonly number[]) => ns.map((n) => n * 2));
    double.flushes$.subscribe(({ keys }) => flushes.push(keys));
    record(recorded('it', double(1))).subscription.unsubscribe();
    double(2).block();
    expect(flushes).toEqual([[2]]);
  });
  it('emits nothing afterwards, not even the value a finally block returns', () => {
    const returning = task(function* () {
      try {
        yield NEVER;
      } finally {
        // eslint-disable-next-line no-unsafe-finally -- the subscriber must not receive the returned value
        return 7;
      }
    });
    const { notifications, subscription } = record(returning());
    subscription.unsubscribe();
    expect(notifications).toEqual([]);
  });
  it('does not run catch blocks', () => {
    const catching = task(function* () {
      try {
        yield NEVER;
      } catch {
        log.push('caught');
      }
    });
    record(catching()).subscription.unsubscribe();
    expect(log).toEqual([]);
  });
  it('has no effect the second time', () => {
    const { subscription } = record(recorded('it', NEVER));
    subscription.unsubscribe();
    subscription.unsubscribe();
    expect(log).toEqual(['it cleans up']);
  });
  it('has no effect once the task has ended', () => {
    record(recorded('it', null)).subscription.unsubscribe();
    expect(log).toEqual(['it continued', 'it cleans up']);
  });
  it('does not affect another subscription of the same future', () => {
    const source = new Subject<number>();
    const future = recorded('it', source);
    const other = record(future);
    record(future).subscription.unsubscribe();
    source.next(1);
    source.complete();
    expect(other.notifications).toEqual(['next undefined', 'complete']);
  });
});

describe('a task that is cancelled', () => {
  it('before its start never runs its body', () => {
    const source = new Subject<void>();
    const { subscription } = record(
      task(function* () {
        yield source;
        subscription.unsubscribe();
        yield all([recorded('a', null), recorded('b', null)]);
      })(),
    );
    source.next();
    source.complete();
    expect(log).toEqual([]);
  });
  it('while it is ready to resume does not resume', () => {
    const source = new Subject<number>();
    const first = record(
      task(function* () {
        yield source;
        second.subscription.unsubscribe();
      })(),
    );
    const second = record(recorded('second', all([Future.from(source), Future.of(1)])));
    task(function* () {
      source.next(1);
      source.complete();
      yield null;
    })().block();
    expect(first.notifications).toEqual(['next undefined', 'complete']);
    expect(log).toEqual(['second cleans up']);
  });
  it('by its own body is stopped at its next yield', () => {
    const source = new Subject<void>();
    let subscriptions = 0;
    const { notifications, subscription } = record(
      task(function* () {
        try {
          yield source;
          subscription.unsubscribe();
          log.push('still running');
          yield new Observable(() => {
            subscriptions++;
          });
          log.push('continued');
        } finally {
          log.push('cleans up');
        }
      })(),
    );
    source.next();
    source.complete();
    expect(log).toEqual(['still running', 'cleans up']);
    expect(subscriptions).toBe(0);
    expect(notifications).toEqual([]);
  });
  it('by its own body, which then returns, emits nothing', () => {
    const source = new Subject<void>();
    const { notifications, subscription } = record(
      task(function* () {
        yield source;
        subscription.unsubscribe();
        return 7;
      })(),
    );
    source.next();
    source.complete();
    expect(notifications).toEqual([]);
  });
  it('by the body of its child is stopped, after the child', () => {
    const source = new Subject<void>();
    const child = task(function* () {
      try {
        yield source;
        subscription.unsubscribe();
        yield null;
        log.push('child continued');
      } finally {
        log.push('child cleans up');
      }
    });
    const { notifications, subscription } = record(recorded('parent', child()));
    source.next();
    source.complete();
    expect(log).toEqual(['child cleans up', 'parent cleans up']);
    expect(notifications).toEqual([]);
  });
  it('by another task is stopped', () => {
    const source = new Subject<void>();
    const cancelled = record(recorded('cancelled', NEVER));
    const cancelling = task(function* () {
      yield source;
      cancelled.subscription.unsubscribe();
      log.push('cancelling continues');
    });
    record(all([cancelling(), recorded('other', NEVER)]));
    source.next();
    source.complete();
    expect(log).toEqual(['cancelled cleans up', 'cancelling continues']);
  });
  it('during the clean-up after a failure stops that clean-up', () => {
    inVirtualTime(() => {
      const failing = Future.fail('no');
      const { subscription } = record(recorded('it', failing, 5));
      timer(2).subscribe(() => subscription.unsubscribe());
    });
    expect(log).toEqual(['it cleans up']);
  });
  it('again during its clean-up finishes the clean-up', () => {
    inVirtualTime(() => {
      const inner = recorded('inner', NEVER, 5);
      const { subscription } = record(recorded('outer', inner));
      subscription.unsubscribe();
      timer(2).subscribe(() => subscription.unsubscribe());
    });
    expect(log).toEqual(['inner cleans up', 'inner has cleaned up', 'outer cleans up']);
  });
  it('while it subscribes to the input that cancels it is stopped, and so is the input', () => {
    const source = new Subject<void>();
    let subscription: Subscription | undefined;
    const cancelling = new Observable<number>((subscriber) => {
      subscriber.add(() => log.push('unsubscribed'));
      subscription?.unsubscribe();
    });
    subscription = record(recorded('it', recorded('child', source))).subscription;
    subscription.unsubscribe();
    log = [];
    const body = task(function* () {
      yield source;
      yield recorded('inner', cancelling);
      log.push('continued');
    });
    subscription = record(body()).subscription;
    source.next();
    source.complete();
    expect(log).toEqual(['unsubscribed', 'inner cleans up']);
  });
  it('while it subscribes to an input that cancels it and then emits does not continue', () => {
    const source = new Subject<void>();
    const cancelling = new Observable<number>((subscriber) => {
      subscription.unsubscribe();
      subscriber.next(1);
      subscriber.complete();
    });
    const body = task(function* () {
      yield source;
      yield recorded('inner', cancelling);
      log.push('continued');
    });
    const { notifications, subscription } = record(body());
    source.next();
    source.complete();
    expect(log).toEqual(['inner cleans up']);
    expect(notifications).toEqual([]);
  });
  it('while it subscribes to an input that cancels it and then fails does not catch the error', () => {
    const source = new Subject<void>();
    const cancelling = new Observable<number>((subscriber) => {
      subscription.unsubscribe();
      subscriber.error(new Error('no'));
    });
    const body = task(function* () {
      yield source;
      try {
        yield cancelling;
      } catch (error) {
        log.push(String(error));
      } finally {
        log.push('cleans up');
      }
    });
    const { subscription } = record(body());
    source.next();
    source.complete();
    expect(log).toEqual(['cleans up']);
  });
});

describe('an error in the clean-up of a cancelled task', () => {
  const unhandled: unknown[] = [];
  beforeEach(() => {
    unhandled.length = 0;
    config.onUnhandledError = (error) => unhandled.push(error);
  });
  afterEach(() => (config.onUnhandledError = null));

  it.each<[string, unknown]>([
    ['thrown', undefined],
    ['yielded', Future.fail('no')],
    ['yielded late', timer(1)],
  ])('is reported to config.onUnhandledError only: %s', (_, input) => {
    inVirtualTime(() => {
      const failing = task(function* () {
        try {
          yield NEVER;
        } finally {
          yield input;
          yield Future.fail('no');
        }
      });
      const { notifications, subscription } = record(recorded('outer', failing()));
      subscription.unsubscribe();
      expect(notifications).toEqual([]);
    });
    expect(unhandled).toEqual(['no']);
    expect(log).toEqual(['outer cleans up']);
  });
  it('does not keep other tasks from their clean-up', () => {
    inVirtualTime(() => {
      const failing = task(function* () {
        try {
          yield NEVER;
        } finally {
          throwNo();
        }
      });
      record(recorded('outer', [failing(), recorded('other', NEVER)])).subscription.unsubscribe();
    });
    expect(log).toEqual(['other cleans up', 'outer cleans up']);
    expect(unhandled).toEqual([new Error('no')]);
  });
});

function throwNo(): void {
  throw new Error('no');
}
