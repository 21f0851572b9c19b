import { config, map, NEVER, Observable, Subject, type Subscription, timer } from 'rxjs';
import { all, batch, Future, task } from 'sluice';
import { record, inVirtualTime } from '../support/recording-observer';

let log: string[];
beforeEach(() => (log = []));

/** Waits for `input`, and records its clean-up, which takes `ms`. */
const careful = task(function* (name: string, input: unknown, ms?: number) {
  try {
    yield input;
    log.push(`${name} went on`);
  } finally {
    log.push(`${name} leaves`);
    if (ms !== undefined) {
      yield timer(ms);
      log.push(`${name} has left`);
    }
  }
});

describe('unsubscribing from a task', () => {
  it('runs its finally blocks before unsubscribe returns', () => {
    record(careful('it', NEVER)).subscription.unsubscribe();
    expect(log).toEqual(['it leaves']);
  });
  it('runs the finally blocks of the innermost first', () => {
    record(careful('outer', careful('middle', careful('inner', NEVER)))).subscription.unsubscribe();
    expect(log).toEqual(['inner leaves', 'middle leaves', 'outer leaves']);
  });
  it('runs the finally blocks of the innermost first, through operators as well', () => {
    record(careful('outer', careful('inner', NEVER).pipe(map(() => 1)))).subscription.unsubscribe();
    expect(log).toEqual(['inner leaves', 'outer leaves']);
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
    record(careful('parent', [careful('a', NEVER), { b: careful('b', NEVER) }])).subscription.unsubscribe();
    expect(log).toEqual(['a leaves', 'b leaves', 'parent leaves']);
  });
  it('waits for what the inner clean-up yields before the outer one begins', () => {
    inVirtualTime(() => {
      record(careful('outer', careful('inner', NEVER, 5))).subscription.unsubscribe();
      log.push('unsubscribed');
    });
    expect(log).toEqual(['inner leaves', 'unsubscribed', 'inner has left', 'outer leaves']);
  });
  it('waits for the clean-up of every sibling before that of their parent begins', () => {
    inVirtualTime(() => {
      const both = [careful('a', NEVER, 9), careful('b', NEVER, 5)];
      record(careful('parent', both)).subscription.unsubscribe();
    });
    expect(log).toEqual(['a leaves', 'b leaves', 'b has left', 'a has left', 'parent leaves']);
  });
  it('unsubscribes from the input of the task', () => {
    const source = new Subject<number>();
    record(careful('it', source)).subscription.unsubscribe();
    expect(source.observed).toBe(false);
  });
  it('removes its key from the batch', () => {
    const flushes: unknown[] = [];
    const double = batch((ns: readonly number[]) => ns.map((n) => n * 2));
    double.flushes$.subscribe(({ keys }) => flushes.push(keys));
    record(careful('it', double(1))).subscription.unsubscribe();
    double(2).block();
    expect(flushes).toEqual([[2]]);
  });
  it('emits nothing afterwards, not even the value a finally block returns', () => {
    const stubborn = task(function* () {
      try {
        yield NEVER;
      } finally {
        // eslint-disable-next-line no-unsafe-finally -- the subscriber must not receive the returned value
        return 7;
      }
    });
    const { notifications, subscription } = record(stubborn());
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
    const { subscription } = record(careful('it', NEVER));
    subscription.unsubscribe();
    subscription.unsubscribe();
    expect(log).toEqual(['it leaves']);
  });
  it('has no effect once the task has ended', () => {
    record(careful('it', null)).subscription.unsubscribe();
    expect(log).toEqual(['it went on', 'it leaves']);
  });
  it('does not affect another subscription of the same future', () => {
    const source = new Subject<number>();
    const future = careful('it', source);
    const stays = record(future);
    record(future).subscription.unsubscribe();
    source.next(1);
    source.complete();
    expect(stays.notifications).toEqual(['next undefined', 'complete']);
  });
});

describe('a task that is cancelled', () => {
  it('before its start never runs its body', () => {
    const source = new Subject<void>();
    const { subscription } = record(
      task(function* () {
        yield source;
        subscription.unsubscribe();
        yield all([careful('a', null), careful('b', null)]);
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
    const second = record(careful('second', all([Future.from(source), Future.of(1)])));
    task(function* () {
      source.next(1);
      source.complete();
      yield null;
    })().block();
    expect(first.notifications).toEqual(['next undefined', 'complete']);
    expect(log).toEqual(['second leaves']);
  });
  it('by its own body is stopped at its next yield', () => {
    const source = new Subject<void>();
    let begun = 0;
    const { notifications, subscription } = record(
      task(function* () {
        try {
          yield source;
          subscription.unsubscribe();
          log.push('still running');
          yield new Observable(() => {
            begun++;
          });
          log.push('went on');
        } finally {
          log.push('leaves');
        }
      })(),
    );
    source.next();
    source.complete();
    expect(log).toEqual(['still running', 'leaves']);
    expect(begun).toBe(0);
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
        log.push('child went on');
      } finally {
        log.push('child leaves');
      }
    });
    const { notifications, subscription } = record(careful('parent', child()));
    source.next();
    source.complete();
    expect(log).toEqual(['child leaves', 'parent leaves']);
    expect(notifications).toEqual([]);
  });
  it('by a sibling is stopped', () => {
    const source = new Subject<void>();
    const victim = record(careful('victim', NEVER));
    const killer = task(function* () {
      yield source;
      victim.subscription.unsubscribe();
      log.push('killer goes on');
    });
    record(all([killer(), careful('other', NEVER)]));
    source.next();
    source.complete();
    expect(log).toEqual(['victim leaves', 'killer goes on']);
  });
  it('during its clean-up finishes the clean-up', () => {
    inVirtualTime(() => {
      const failing = Future.fail('no');
      const { subscription } = record(careful('it', failing, 5));
      timer(2).subscribe(() => subscription.unsubscribe());
    });
    expect(log).toEqual(['it leaves']);
  });
  it('again during its clean-up finishes the clean-up', () => {
    inVirtualTime(() => {
      const inner = careful('inner', NEVER, 5);
      const { subscription } = record(careful('outer', inner));
      subscription.unsubscribe();
      timer(2).subscribe(() => subscription.unsubscribe());
    });
    expect(log).toEqual(['inner leaves', 'inner has left', 'outer leaves']);
  });
  it('while it subscribes to the input that cancels it is stopped, and so is the input', () => {
    const source = new Subject<void>();
    let subscription: Subscription | undefined;
    const cancelling = new Observable<number>((subscriber) => {
      subscriber.add(() => log.push('unsubscribed'));
      subscription?.unsubscribe();
    });
    subscription = record(careful('it', careful('child', source))).subscription;
    subscription.unsubscribe();
    log = [];
    const body = task(function* () {
      yield source;
      yield careful('inner', cancelling);
      log.push('went on');
    });
    subscription = record(body()).subscription;
    source.next();
    source.complete();
    expect(log).toEqual(['unsubscribed', 'inner leaves']);
  });
  it('while it subscribes to an input that cancels it and then emits does not go on', () => {
    const source = new Subject<void>();
    const cancelling = new Observable<number>((subscriber) => {
      subscription.unsubscribe();
      subscriber.next(1);
      subscriber.complete();
    });
    const body = task(function* () {
      yield source;
      yield careful('inner', cancelling);
      log.push('went on');
    });
    const { notifications, subscription } = record(body());
    source.next();
    source.complete();
    expect(log).toEqual(['inner leaves']);
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
        log.push('leaves');
      }
    });
    const { subscription } = record(body());
    source.next();
    source.complete();
    expect(log).toEqual(['leaves']);
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
      const clumsy = task(function* () {
        try {
          yield NEVER;
        } finally {
          yield input;
          yield Future.fail('no');
        }
      });
      const { notifications, subscription } = record(careful('outer', clumsy()));
      subscription.unsubscribe();
      expect(notifications).toEqual([]);
    });
    expect(unhandled).toEqual(['no']);
    expect(log).toEqual(['outer leaves']);
  });
  it('does not keep other tasks from their clean-up', () => {
    inVirtualTime(() => {
      const clumsy = task(function* () {
        try {
          yield NEVER;
        } finally {
          throwNo();
        }
      });
      record(careful('outer', [clumsy(), careful('other', NEVER)])).subscription.unsubscribe();
    });
    expect(log).toEqual(['other leaves', 'outer leaves']);
    expect(unhandled).toEqual([new Error('no')]);
  });
});

function throwNo(): void {
  throw new Error('no');
}
