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
    log.push('cleans up');
  }
});

/** Emits its name, waits for `input`, and emits its name again. Its clean-up takes `ms`. */
const recorded = (name: string, input: unknown, ms?: number): Observable<unknown> =>
  stream(function* () {
    try {
      yield* emit(name);
      yield input;
      yield* emit(`${name} again`);
    } finally {
      log.push(`${name} cleans up`);
      if (ms !== undefined) {
        yield timer(ms);
        log.push(`${name} has cleaned up`);
      }
    }
  });

describe('take', () => {
  it('stops the body at the yield of the last taken value, and runs its finally blocks', () => {
    expect(record(endless.pipe(take(2))).notifications).toEqual(['next 1', 'next 2', 'complete']);
    expect(log).toEqual(['emits 1', 'emits 2', 'cleans up']);
  });
  it('of 0 values never runs the body', () => {
    expect(record(endless.pipe(take(0))).notifications).toEqual(['complete']);
    expect(log).toEqual([]);
  });
  it('of more values than are emitted lets the body end by itself', () => {
    expect(record(recorded('it', null).pipe(take(3))).notifications).toEqual(['next it', 'next it again', 'complete']);
    expect(log).toEqual(['it cleans up']);
  });
  it('stops the body also when the value arrives late', async () => {
    const doubled = batch((ns: readonly number[]) => ns.map((n) => n * 2));
    const late = stream(function* () {
      try {
        for (let n = 1; ; n++) yield* emit(yield* doubled(n));
      } finally {
        log.push('cleans up');
      }
    });
    const { notifications } = record(late.pipe(take(2)));
    await nextTurn();
    await nextTurn();
    expect(notifications).toEqual(['next 2', 'next 4', 'complete']);
    expect(log).toEqual(['cleans up']);
  });
  it('runs the finally blocks of the innermost first', () => {
    function* inner(): Generator<Emission<number>, void> {
      try {
        yield* emit(1);
      } finally {
        log.push('inner cleans up');
      }
    }
    const outer = stream(function* () {
      try {
        yield* inner();
      } finally {
        log.push('outer cleans up');
      }
    });
    record(outer.pipe(take(1)));
    expect(log).toEqual(['inner cleans up', 'outer cleans up']);
  });
  it('does not run catch blocks', () => {
    const catching = stream(function* () {
      try {
        yield* emit(1);
        log.push('continued');
      } catch {
        log.push('caught');
      }
    });
    expect(record(catching.pipe(take(1))).notifications).toEqual(['next 1', 'complete']);
    expect(log).toEqual([]);
  });
  it('completes before an asynchronous clean-up ends, which runs ended', () => {
    inVirtualTime((time) => {
      time.expectObservable(recorded('it', NEVER, 5).pipe(take(1))).toBe('(x|)', { x: 'it' });
      timer(4).subscribe(() => log.push('four'));
    });
    expect(log).toEqual(['it cleans up', 'four', 'it has cleaned up']);
  });
});

describe('unsubscribing', () => {
  it('during the delivery of a value ends the body before unsubscribe returns', () => {
    const stop = new Subject<void>();
    endless.pipe(takeUntil(stop)).subscribe((n) => {
      if (n === 2) stop.next();
      log.push(`received ${String(n)}`);
    });
    expect(log).toEqual(['emits 1', 'received 1', 'emits 2', 'cleans up', 'received 2']);
  });
  it('while the body waits runs its finally blocks before unsubscribe returns, and unsubscribes from its input', () => {
    const source = new Subject<void>();
    const { notifications, subscription } = record(recorded('it', source));
    subscription.unsubscribe();
    expect(log).toEqual(['it cleans up']);
    expect(source.observed).toBe(false);
    expect(notifications).toEqual(['next it']);
  });
  it('removes its key from the batch', () => {
    const double = batch((ns: readonly number[]) => ns.map((n) => n * 2));
    const flushed: unknown[] = [];
    double.flushes$.subscribe(({ keys }) => flushed.push(keys));
    record(recorded('it', double(1))).subscription.unsubscribe();
    double(2).block();
    expect(flushed).toEqual([[2]]);
  });
  it('drops the values that a finally block emits, and runs the block ended', () => {
    const emitting = stream(function* () {
      try {
        yield* emit('first');
      } finally {
        yield* emit('dropped');
        yield emit('dropped');
        log.push('continued');
        yield null;
        yield* emit('dropped');
        log.push('ended');
      }
    });
    expect(record(emitting.pipe(take(1))).notifications).toEqual(['next first', 'complete']);
    expect(log).toEqual(['continued', 'ended']);
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
          log.push('ended');
        }
      });
      const subscription = slow.subscribe((value) => received.push(value));
      timer(2).subscribe(() => subscription.unsubscribe());
    });
    expect(received).toEqual([]);
    expect(log).toEqual(['ended']);
  });
  it('by the body itself stops it at its next yield, whose value is not emitted', () => {
    const source = new Subject<void>();
    const self: { subscription?: Subscription } = {};
    const { notifications, subscription } = record(
      stream(function* () {
        try {
          yield source;
          self.subscription?.unsubscribe();
          log.push('still running');
          yield* emit('no');
          log.push('continued');
        } finally {
          log.push('cleans up');
        }
      }),
    );
    self.subscription = subscription;
    source.next();
    source.complete();
    expect(log).toEqual(['still running', 'cleans up']);
    expect(notifications).toEqual([]);
  });
  it('has no effect once the body has ended, and none the second time', () => {
    const ended = record(recorded('it', null));
    ended.subscription.unsubscribe();
    const unsubscribed = record(recorded('other', NEVER));
    unsubscribed.subscription.unsubscribe();
    unsubscribed.subscription.unsubscribe();
    expect(log).toEqual(['it cleans up', 'other cleans up']);
  });
  it('does not affect another subscription of the same stream', () => {
    const source = new Subject<void>();
    const future = recorded('it', source);
    const other = record(future);
    record(future).subscription.unsubscribe();
    source.next();
    source.complete();
    expect(other.notifications).toEqual(['next it', 'next it again', 'complete']);
  });
  it('reports the error of a finally block', () => {
    const throwing = stream(function* () {
      try {
        yield* emit(1);
      } finally {
        // eslint-disable-next-line no-unsafe-finally -- the spec is about this throw
        throw new Error('clean-up');
      }
    });
    const reported = unhandledErrorsOf(() => record(throwing.pipe(take(1))));
    expect(reported).toEqual([new Error('clean-up')]);
  });
  it('happens in takeUntil, first and switchMap', () => {
    const stop = new Subject<void>();
    record(recorded('until', NEVER).pipe(takeUntil(stop)));
    stop.next();
    record(recorded('first', NEVER).pipe(first()));
    record(of(1, 2).pipe(switchMap((n) => recorded(`switched ${String(n)}`, NEVER)))).subscription.unsubscribe();
    expect(log).toEqual(['until cleans up', 'first cleans up', 'switched 1 cleans up', 'switched 2 cleans up']);
  });
  it('happens in switchMap before the next stream starts, also when a value of the first stream triggers the next', () => {
    const source = new Subject<number>();
    source
      .pipe(
        switchMap((n) =>
          stream(function* () {
            try {
              log.push(`starts ${String(n)}`);
              yield* emit(n);
            } finally {
              log.push(`cleans up ${String(n)}`);
            }
          }),
        ),
      )
      .subscribe((n) => {
        if (n < 3) source.next(n + 1);
      });
    source.next(1);
    expect(log).toEqual(['starts 1', 'cleans up 1', 'starts 2', 'cleans up 2', 'starts 3', 'cleans up 3']);
  });
});

describe('a stream that is unsubscribed', () => {
  it('before it has started never runs its body', () => {
    const never = new Subject<void>();
    const stopping = new Observable((subscriber) => {
      subscriber.next('stop');
      return recorded('never', null).subscribe(subscriber);
    });
    expect(record(stopping.pipe(take(1))).notifications).toEqual(['next stop', 'complete']);
    expect(
      record(concat(EMPTY, recorded('concat', NEVER)).pipe(takeUntil(concat(of(1), never)))).notifications,
    ).toEqual(['complete']);
    expect(log).toEqual([]);
  });
  it('by another stream during an emission of that stream is stopped', () => {
    const stopped = record(recorded('stopped', NEVER));
    const stopping = stream(function* () {
      yield* emit('stop');
      log.push('stopping continues');
    });
    stopping.subscribe(() => stopped.subscription.unsubscribe());
    expect(log).toEqual(['stopped cleans up', 'stopping continues']);
  });
  it('because a merged sibling failed is stopped', () => {
    const { notifications } = record(merge(recorded('it', NEVER), recorded('failing', Future.fail('no'))));
    expect(notifications).toEqual(['next it', 'next failing', 'error no']);
    expect(log).toEqual(['failing cleans up', 'it cleans up']);
  });
  it('together with the task that waits for it is stopped first, and its clean-up continues', () => {
    const waiting = task(function* () {
      try {
        yield recorded('stream', NEVER, 5).pipe(toArray());
      } finally {
        log.push('task cleans up');
      }
    });
    inVirtualTime(() => {
      const subscription = waiting().subscribe();
      timer(1).subscribe(() => subscription.unsubscribe());
    });
    expect(log).toEqual(['stream cleans up', 'task cleans up', 'stream has cleaned up']);
  });
  it('and subscribed to again runs again', () => {
    expect(record(endless.pipe(take(1), repeat(2))).notifications).toEqual(['next 1', 'next 1', 'complete']);
    expect(log.filter((line) => line === 'cleans up')).toHaveLength(2);
  });
});

describe('a scope', () => {
  it('waits for the clean-up of a stream that was unsubscribed in it', () => {
    inVirtualTime((time) => {
      const work = scoped(function* (scope: Scope) {
        yield scope.start(recorded('it', NEVER, 5).pipe(take(1)));
        log.push('body ends');
      });
      time.expectObservable(work).toBe('-----(x|)', { x: undefined });
    });
    expect(log).toEqual(['it cleans up', 'it has cleaned up', 'body ends']);
  });
  it('cancels the streams that were started in it', () => {
    inVirtualTime(() => {
      const scope = new Scope();
      const started = scope.start(merge(recorded('it', NEVER), interval(1)));
      timer(3).subscribe(() => scope.cancel('enough'));
      started.subscribe({ error: () => log.push('cancelled') });
    });
    expect(log).toEqual(['it cleans up', 'cancelled']);
  });
});
