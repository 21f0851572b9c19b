/** Unsubscribing from a stream: its body stops at its current yield, and its `finally` blocks run. */
import {
  concat,
  EMPTY,
  first,
  interval,
  merge,
  NEVER,
  Observable,
  of,
  repeat,
  Subject,
  switchMap,
  take,
  takeUntil,
  timer,
  toArray,
  type Subscription,
} from 'rxjs';
import { batch, emit, Future, Scope, scoped, stream, task, type Emission } from 'sluice';
import { record, inVirtualTime, nextTurn } from '../support/recording-observer';
import { unhandledErrorsOf } from '../support/unhandled';

let log: string[];
beforeEach(() => (log = []));

/** Emits 1, 2, 3, … without end. */
const endless = stream(function* () {
  try {
    for (let n = 1; ; n++) {
      log.push(`emits ${String(n)}`);
      yield* emit(n);
    }
  } finally {
    log.push('leaves');
  }
});

/** Emits its name, waits for `input`, emits it again; its clean-up takes `ms`. */
const careful = (name: string, input: unknown, ms?: number): Observable<unknown> =>
  stream(function* () {
    try {
      yield* emit(name);
      yield input;
      yield* emit(`${name} again`);
    } finally {
      log.push(`${name} leaves`);
      if (ms !== undefined) {
        yield timer(ms);
        log.push(`${name} has left`);
      }
    }
  });

describe('take', () => {
  it('stops the body at the yield of the last taken value, and runs its finally blocks', () => {
    expect(record(endless.pipe(take(2))).notifications).toEqual(['next 1', 'next 2', 'complete']);
    expect(log).toEqual(['emits 1', 'emits 2', 'leaves']);
  });
  it('of 0 values never runs the body', () => {
    expect(record(endless.pipe(take(0))).notifications).toEqual(['complete']);
    expect(log).toEqual([]);
  });
  it('of more values than are emitted lets the body end by itself', () => {
    expect(record(careful('it', null).pipe(take(3))).notifications).toEqual(['next it', 'next it again', 'complete']);
    expect(log).toEqual(['it leaves']);
  });
  it('stops the body also when the value arrives late', async () => {
    const doubled = batch((ns: readonly number[]) => ns.map((n) => n * 2));
    const late = stream(function* () {
      try {
        for (let n = 1; ; n++) yield* emit(yield* doubled(n));
      } finally {
        log.push('leaves');
      }
    });
    const { notifications } = record(late.pipe(take(2)));
    await nextTurn();
    await nextTurn();
    expect(notifications).toEqual(['next 2', 'next 4', 'complete']);
    expect(log).toEqual(['leaves']);
  });
  it('runs the finally blocks of the innermost first', () => {
    function* inner(): Generator<Emission<number>, void> {
      try {
        yield* emit(1);
      } finally {
        log.push('inner leaves');
      }
    }
    const outer = stream(function* () {
      try {
        yield* inner();
      } finally {
        log.push('outer leaves');
      }
    });
    record(outer.pipe(take(1)));
    expect(log).toEqual(['inner leaves', 'outer leaves']);
  });
  it('does not run catch blocks', () => {
    const catching = stream(function* () {
      try {
        yield* emit(1);
        log.push('went on');
      } catch {
        log.push('caught');
      }
    });
    expect(record(catching.pipe(take(1))).notifications).toEqual(['next 1', 'complete']);
    expect(log).toEqual([]);
  });
  it('completes before an asynchronous clean-up ends, which runs to its end', () => {
    inVirtualTime((time) => {
      time.expectObservable(careful('it', NEVER, 5).pipe(take(1))).toBe('(x|)', { x: 'it' });
      timer(4).subscribe(() => log.push('four'));
    });
    expect(log).toEqual(['it leaves', 'four', 'it has left']);
  });
});

describe('unsubscribing', () => {
  it('during the delivery of a value ends the body before unsubscribe returns', () => {
    const stop = new Subject<void>();
    endless.pipe(takeUntil(stop)).subscribe((n) => {
      if (n === 2) stop.next();
      log.push(`notifications ${String(n)}`);
    });
    expect(log).toEqual(['emits 1', 'notifications 1', 'emits 2', 'leaves', 'notifications 2']);
  });
  it('while the body waits runs its finally blocks before unsubscribe returns, and unsubscribes from its input', () => {
    const source = new Subject<void>();
    const { notifications, subscription } = record(careful('it', source));
    subscription.unsubscribe();
    expect(log).toEqual(['it leaves']);
    expect(source.observed).toBe(false);
    expect(notifications).toEqual(['next it']);
  });
  it('removes its key from the batch', () => {
    const double = batch((ns: readonly number[]) => ns.map((n) => n * 2));
    const flushed: unknown[] = [];
    double.flushes$.subscribe(({ keys }) => flushed.push(keys));
    record(careful('it', double(1))).subscription.unsubscribe();
    double(2).block();
    expect(flushed).toEqual([[2]]);
  });
  it('drops the values that a finally block emits, and the block goes on', () => {
    const stubborn = stream(function* () {
      try {
        yield* emit('first');
      } finally {
        yield* emit('dropped');
        yield emit('dropped');
        log.push('went on');
        yield null;
        yield* emit('dropped');
        log.push('to its end');
      }
    });
    expect(record(stubborn.pipe(take(1))).notifications).toEqual(['next first', 'complete']);
    expect(log).toEqual(['went on', 'to its end']);
  });
  it('drops the values that an asynchronous finally block emits', () => {
    const received: unknown[] = [];
    inVirtualTime(() => {
      const slow = stream(function* () {
        try {
          yield NEVER;
        } finally {
          yield timer(5);
          yield* emit('dropped');
          log.push('to its end');
        }
      });
      const subscription = slow.subscribe((value) => received.push(value));
      timer(2).subscribe(() => subscription.unsubscribe());
    });
    expect(received).toEqual([]);
    expect(log).toEqual(['to its end']);
  });
  it('by the body itself stops it at its next yield, whose value is not emitted', () => {
    const source = new Subject<void>();
    const itself: { subscription?: Subscription } = {};
    const { notifications, subscription } = record(
      stream(function* () {
        try {
          yield source;
          itself.subscription?.unsubscribe();
          log.push('still running');
          yield* emit('no');
          log.push('went on');
        } finally {
          log.push('leaves');
        }
      }),
    );
    itself.subscription = subscription;
    source.next();
    source.complete();
    expect(log).toEqual(['still running', 'leaves']);
    expect(notifications).toEqual([]);
  });
  it('has no effect once the body has ended, and none the second time', () => {
    const ended = record(careful('it', null));
    ended.subscription.unsubscribe();
    const left = record(careful('other', NEVER));
    left.subscription.unsubscribe();
    left.subscription.unsubscribe();
    expect(log).toEqual(['it leaves', 'other leaves']);
  });
  it('does not affect another subscription of the same stream', () => {
    const source = new Subject<void>();
    const future = careful('it', source);
    const stays = record(future);
    record(future).subscription.unsubscribe();
    source.next();
    source.complete();
    expect(stays.notifications).toEqual(['next it', 'next it again', 'complete']);
  });
  it('reports the error of a finally block', () => {
    const clumsy = stream(function* () {
      try {
        yield* emit(1);
      } finally {
        // eslint-disable-next-line no-unsafe-finally -- the spec is about this throw
        throw new Error('clumsy');
      }
    });
    const reported = unhandledErrorsOf(() => record(clumsy.pipe(take(1))));
    expect(reported).toEqual([new Error('clumsy')]);
  });
  it('happens in takeUntil, first and switchMap', () => {
    const stop = new Subject<void>();
    record(careful('until', NEVER).pipe(takeUntil(stop)));
    stop.next();
    record(careful('first', NEVER).pipe(first()));
    record(of(1, 2).pipe(switchMap((n) => careful(`switched ${String(n)}`, NEVER)))).subscription.unsubscribe();
    expect(log).toEqual(['until leaves', 'first leaves', 'switched 1 leaves', 'switched 2 leaves']);
  });
  it('happens in switchMap before the next stream begins, also when a value of the first stream causes the next', () => {
    const source = new Subject<number>();
    source
      .pipe(
        switchMap((n) =>
          stream(function* () {
            try {
              log.push(`begins ${String(n)}`);
              yield* emit(n);
            } finally {
              log.push(`leaves ${String(n)}`);
            }
          }),
        ),
      )
      .subscribe((n) => {
        if (n < 3) source.next(n + 1);
      });
    source.next(1);
    expect(log).toEqual(['begins 1', 'leaves 1', 'begins 2', 'leaves 2', 'begins 3', 'leaves 3']);
  });
});

describe('a stream that is unsubscribed', () => {
  it('before it has begun never runs its body', () => {
    const gone = new Subject<void>();
    const stopping = new Observable((subscriber) => {
      subscriber.next('stop');
      return careful('never', null).subscribe(subscriber);
    });
    expect(record(stopping.pipe(take(1))).notifications).toEqual(['next stop', 'complete']);
    expect(record(concat(EMPTY, careful('concat', NEVER)).pipe(takeUntil(concat(of(1), gone)))).notifications).toEqual([
      'complete',
    ]);
    expect(log).toEqual([]);
  });
  it('by another stream during an emission of that stream is stopped', () => {
    const victim = record(careful('victim', NEVER));
    const killer = stream(function* () {
      yield* emit('kill');
      log.push('killer goes on');
    });
    killer.subscribe(() => victim.subscription.unsubscribe());
    expect(log).toEqual(['victim leaves', 'killer goes on']);
  });
  it('because a merged sibling failed is stopped', () => {
    const { notifications } = record(merge(careful('it', NEVER), careful('failing', Future.fail('no'))));
    expect(notifications).toEqual(['next it', 'next failing', 'error no']);
    expect(log).toEqual(['failing leaves', 'it leaves']);
  });
  it('together with the task that waits for it is stopped first, and its clean-up goes on', () => {
    const waiting = task(function* () {
      try {
        yield careful('stream', NEVER, 5).pipe(toArray());
      } finally {
        log.push('task leaves');
      }
    });
    inVirtualTime(() => {
      const subscription = waiting().subscribe();
      timer(1).subscribe(() => subscription.unsubscribe());
    });
    expect(log).toEqual(['stream leaves', 'task leaves', 'stream has left']);
  });
  it('and subscribed to again runs again', () => {
    expect(record(endless.pipe(take(1), repeat(2))).notifications).toEqual(['next 1', 'next 1', 'complete']);
    expect(log.filter((line) => line === 'leaves')).toHaveLength(2);
  });
});

describe('a scope', () => {
  it('waits for the clean-up of a stream that was unsubscribed in it', () => {
    inVirtualTime((time) => {
      const work = scoped(function* (scope: Scope) {
        yield scope.start(careful('it', NEVER, 5).pipe(take(1)));
        log.push('body ends');
      });
      time.expectObservable(work).toBe('-----(x|)', { x: undefined });
    });
    expect(log).toEqual(['it leaves', 'it has left', 'body ends']);
  });
  it('cancels the streams that were started in it', () => {
    inVirtualTime(() => {
      const scope = new Scope();
      const started = scope.start(merge(careful('it', NEVER), interval(1)));
      timer(3).subscribe(() => scope.cancel('enough'));
      started.subscribe({ error: () => log.push('cancelled') });
    });
    expect(log).toEqual(['it leaves', 'cancelled']);
  });
});
