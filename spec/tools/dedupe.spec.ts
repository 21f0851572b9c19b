/** `dedupe`: overlapping equal calls share one run, which is cancelled with its last waiter and never waits for itself. */
import { map, NEVER, Subject, subscribeOn, timer } from 'rxjs';
import { all, Future, scoped, ScopedValue, ScopeError, allSettled, task, within, type BatchScheduler } from 'sluice';
import { dedupe, isTask } from 'sluice/tools';
import { listen, runVirtual } from '../batch/virtual-run';
import { unhandledErrorsOf } from '../support/unhandled';
import { testScheduler, virtualScheduler } from '../support/virtual-time';

/** A task that takes 10 ms, and records its calls and its cancelled calls. */
function slow(config?: Parameters<typeof dedupe<unknown, [key: unknown], unknown>>[1]) {
  const calls: unknown[] = [];
  const cancelled: unknown[] = [];
  const load = dedupe(
    task(function* load(key: unknown) {
      calls.push(key);
      let isDone = false;
      try {
        yield timer(10);
        isDone = true;
        return key;
      } finally {
        if (!isDone) cancelled.push(key);
      }
    }),
    config,
  );
  return { calls, cancelled, load };
}

describe('equal calls', () => {
  it('that overlap share one run and its value', () => {
    runVirtual(({ flush, at }) => {
      const { calls, load } = slow();
      const recordings = [listen(load(1)), listen(load(1))];
      at(5, () => recordings.push(listen(load(1))));
      flush();
      expect(calls).toEqual([1]);
      expect(recordings.map(({ values }) => values)).toEqual([[1], [1], [1]]);
    });
  });

  it('that overlap share one failure', () => {
    runVirtual(({ flush }) => {
      const error = new RangeError('no');
      const load = dedupe(
        task(function* () {
          yield timer(1);
          throw error;
        }),
      );
      const recordings = [listen(load()), listen(load())];
      flush();
      expect(recordings.map(({ errors }) => errors[0] === error)).toEqual([true, true]);
    });
  });

  it('one after the other run twice', () => {
    runVirtual(({ flush }) => {
      const { calls, load } = slow();
      listen(load(1));
      flush();
      listen(load(1));
      flush();
      expect(calls).toEqual([1, 1]);
    });
  });

  it('run again after a failure', () => {
    let runs = 0;
    const load = dedupe(() => {
      if (runs++ === 0) throw new RangeError('first');
      return runs;
    });
    expect(() => load().block()).toThrow('first');
    expect(load().block()).toBe(2);
  });

  it('may have ten thousand waiters, which receive the value in the order of their calls', () => {
    runVirtual(({ flush }) => {
      const { calls, load } = slow();
      const log: number[] = [];
      for (let n = 0; n < 10_000; n++) load(1).subscribe(() => log.push(n));
      flush();
      expect(calls).toEqual([1]);
      expect(log).toEqual(Array.from({ length: 10_000 }, (_, index) => index));
    });
  });

  it('do not run before the first subscription', () => {
    const { calls, load } = slow();
    load(1);
    expect(calls).toEqual([]);
  });
});

describe('calls are distinguished', () => {
  const object = {};
  const symbol = Symbol('a');
  const values: readonly unknown[] = [
    1,
    '1',
    1n,
    true,
    'true',
    null,
    'null',
    undefined,
    'undefined',
    '',
    object,
    {},
    [],
    symbol,
    Symbol('a'),
    Math.max,
  ];

  it('by their arguments, as a Map distinguishes keys', () => {
    runVirtual(({ flush }) => {
      const { calls, load } = slow();
      for (const value of [...values, ...values]) listen(load(value));
      flush();
      expect(calls).toEqual(values);
    });
  });

  it('by their arguments, where NaN equals NaN and 0 equals -0', () => {
    runVirtual(({ flush }) => {
      const { calls, load } = slow();
      for (const value of [NaN, NaN, 0, -0]) listen(load(value));
      flush();
      expect(calls).toEqual([NaN, 0]);
    });
  });

  it('by the value of each argument, and by the number of arguments', () => {
    runVirtual(({ flush }) => {
      const calls: unknown[][] = [];
      const load = dedupe(
        task(function* (...args: unknown[]) {
          calls.push(args);
          yield timer(1);
        }),
      );
      const lists = [
        [],
        [undefined],
        ['a', 'b'],
        ['a,b'],
        ['a,s1:b'],
        ['a,sb'],
        ['1:a'],
        ['ab', ''],
        ['b', 'a'],
        [['a', 'b']],
      ];
      for (const args of [...lists, ...lists]) listen(load(...args));
      flush();
      expect(calls).toEqual(lists);
    });
  });

  it('by the result of the key option', () => {
    runVirtual(({ flush }) => {
      const calls: unknown[] = [];
      const load = dedupe(
        task(function* (user: { readonly id: number }) {
          calls.push(user.id);
          yield timer(1);
        }),
        { key: ({ id }) => id },
      );
      for (const id of [1, 2, 1]) listen(load({ id }));
      flush();
      expect(calls).toEqual([1, 2]);
    });
  });

  it('by the object they are called on (this)', () => {
    runVirtual(({ flush }) => {
      class Shop {
        constructor(readonly name: string) {}
      }
      const price = dedupe(
        task(function* (this: Shop, item: string) {
          yield timer(1);
          return `${this.name} ${item}`;
        }),
      );
      const [one, other] = [new Shop('one'), new Shop('other')];
      const recording = listen(all([price.call(one, 'fig'), price.call(other, 'fig'), price.call(one, 'fig')]));
      flush();
      expect(recording.values).toEqual([['one fig', 'other fig', 'one fig']]);
    });
  });

  it('by a key option that may throw: the call fails with its error', () => {
    const load = dedupe((n: number) => n, {
      key: () => {
        throw new RangeError('no key');
      },
    });
    expect(() => load(1).block()).toThrow('no key');
  });
});

describe('a run', () => {
  it('is cancelled with its last waiter, and not before', () => {
    runVirtual(({ flush, at }) => {
      const { cancelled, load } = slow();
      const recordings = [listen(load(1)), listen(load(1))];
      at(2, () => recordings[0]?.stop());
      at(3, () => expect(cancelled).toEqual([]));
      at(4, () => recordings[1]?.stop());
      at(4, () => expect(cancelled).toEqual([1]));
      flush();
      expect(cancelled).toEqual([1]);
    });
  });

  it('continues for the remaining waiters', () => {
    runVirtual(({ flush, at }) => {
      const { cancelled, load } = slow();
      const stopped = listen(load(1));
      const remaining = listen(load(1));
      at(2, () => stopped.stop());
      flush();
      expect([stopped.values, remaining.values, cancelled]).toEqual([[], [1], []]);
    });
  });

  it('that is cancelled is not joined: the next call runs again, also during the clean-up', () => {
    runVirtual(({ flush, at }) => {
      let runs = 0;
      const load = dedupe(
        task(function* () {
          const run = ++runs;
          try {
            yield timer(10);
            return run;
          } finally {
            yield timer(10);
          }
        }),
      );
      const stopped = listen(load());
      at(1, () => stopped.stop());
      const later: { readonly values: readonly number[] }[] = [];
      at(2, () => later.push(listen(load())));
      flush();
      expect(later.map(({ values }) => values)).toEqual([[2]]);
    });
  });

  it('is cleaned up before its cancelled waiter is', () => {
    runVirtual(({ flush, at }) => {
      const log: string[] = [];
      const load = dedupe(
        task(function* () {
          try {
            yield timer(10);
          } finally {
            yield timer(10);
            log.push('inner');
          }
        }),
      );
      const outer = task(function* () {
        try {
          yield* load();
        } finally {
          log.push('outer');
        }
      });
      const recording = listen(outer());
      at(1, () => recording.stop());
      flush();
      expect(log).toEqual(['inner', 'outer']);
    });
  });

  it('delivers nothing to waiters that another waiter unsubscribes in its next handler', () => {
    runVirtual(({ flush }) => {
      const { load } = slow();
      const others: { stop(): void; readonly values: readonly unknown[] }[] = [];
      load(1).subscribe(() => others.forEach((other) => other.stop()));
      others.push(listen(load(1)), listen(load(1)));
      flush();
      expect(others.map(({ values }) => values)).toEqual([[], []]);
    });
  });

  it('may be started again by a waiter in its next handler', () => {
    runVirtual(({ flush }) => {
      const { calls, load } = slow();
      load(1).subscribe(() => listen(load(1)));
      flush();
      expect(calls).toEqual([1, 1]);
    });
  });

  it('reports a failure of its clean-up to the scope of the last waiter', () => {
    const failing = task(function* () {
      try {
        yield NEVER;
      } finally {
        yield timer(5);
        yield Future.fail(new RangeError('clean-up'));
      }
    });
    const reportsOf = (load: () => Future<unknown>): readonly unknown[] => {
      const errors: unknown[] = [];
      runVirtual(({ flush, at }) => {
        const stopped = listen(load());
        at(1, () => stopped.stop());
        const recording = listen(
          scoped(function* (scope) {
            scope.start(load());
            yield timer(2);
            scope.cancel();
          }),
        );
        flush();
        errors.push(...recording.errors);
      });
      return errors.map((error) => (error instanceof ScopeError ? error.errors : error));
    };
    expect(unhandledErrorsOf(() => expect(reportsOf(dedupe(failing))).toEqual([[new RangeError('clean-up')]]))).toEqual(
      [],
    );
  });

  it('sees no context of its callers', () => {
    runVirtual(({ flush }) => {
      const language = new ScopedValue('en');
      const load = dedupe(
        task(function* () {
          yield timer(1);
          return language.get();
        }),
      );
      const recording = listen(all([within(language.override('fr'), load()), load()]));
      flush();
      expect(recording.values).toEqual([['en', 'en']]);
    });
  });
});

describe('a call inside its own run runs again instead of waiting for itself', () => {
  it('synchronously', () => {
    let depth = 0;
    const down: () => Future<string> = dedupe(
      task(function* (): Generator<never, string, never> {
        return depth++ < 2 ? `${yield* down()}.` : 'end';
      }),
    );
    expect(down().block()).toBe('end..');
  });

  it('after a wait, through other tasks, in contexts, piped, and several times at once', () => {
    runVirtual(({ flush }) => {
      let depth = 0;
      const value = new ScopedValue(0);
      const through = task(function* through() {
        yield timer(1);
        const [one] = yield* all([within(value.override(1), down()), Future.from(down().pipe())]);
        return one;
      });
      const down: () => Future<string> = dedupe(
        task(function* (): Generator<unknown, string, never> {
          yield timer(1);
          return depth++ < 3 ? `${yield* through()}.` : 'end';
        }),
      );
      const recording = listen(all([down(), down()]));
      flush();
      expect(recording.values).toEqual([['end..', 'end..']]);
    });
  });

  it('through the run of another call that waits for it', () => {
    runVirtual(({ flush }) => {
      const started: string[] = [];
      const ask: (key: string, depth: number) => Future<string> = dedupe(
        task(function* (key: string, depth: number): Generator<unknown, string, never> {
          started.push(`${key}${String(depth)}`);
          yield timer(1);
          return depth < 4 ? key + (yield* ask(key === 'a' ? 'b' : 'a', depth + 1)) : key;
        }),
        { key: (key) => key },
      );
      // Each call starts, and then finds that the other one is running.
      const recording = listen(all([ask('a', 0), ask('b', 0)]));
      flush();
      expect(recording.values).toEqual([['ababab', 'babab']]);
      expect(started).toEqual(['a0', 'b0', 'a1', 'b2', 'a3', 'b4']);
    });
  });

  it('after an await of an async function', async () => {
    let depth = 0;
    const down: () => Future<string> = dedupe(async (): Promise<string> => {
      await Promise.resolve();
      return depth++ < 2 ? `${await down()}.` : 'end';
    });
    expect(await down()).toBe('end..');
  });

  it('while other callers wait for the outer run', () => {
    runVirtual(({ flush, at }) => {
      let runs = 0;
      const load: () => Future<number> = dedupe(
        task(function* (): Generator<unknown, number, never> {
          const run = ++runs;
          yield timer(5);
          if (run === 1) yield* load();
          yield timer(5);
          return run;
        }),
      );
      const recordings = [listen(load())];
      at(12, () => recordings.push(listen(load())));
      flush();
      expect(recordings.map(({ values }) => values)).toEqual([[1], [1]]);
    });
  });

  it('but not after the run has ended: a task may call twice in a row', () => {
    runVirtual(({ flush }) => {
      const { calls, load } = slow();
      const twice = task(function* () {
        yield* load(1);
        return yield* load(1);
      });
      const recording = listen(all([twice(), twice()]));
      flush();
      expect([recording.values, calls]).toEqual([[[1, 1]], [1, 1]]);
    });
  });

  it('at a linear cost, in a chain of five thousand calls', () => {
    runVirtual(({ flush }) => {
      let settings = 0;
      const shared = dedupe(
        task(function* () {
          settings++;
          yield timer(100);
          return 1;
        }),
      );
      const depthOf: (n: number) => Future<number> = dedupe(
        task(function* (n: number): Generator<unknown, number, never> {
          const [below, one] = yield* all([n === 0 ? Future.of(0) : depthOf(n - 1), shared()]);
          return below + one;
        }),
      );
      const recording = listen(depthOf(5_000));
      flush();
      expect([recording.values, settings]).toEqual([[5_001], 1]);
    });
  });
});

describe('clear and clearAll', () => {
  it('clear makes the next call with these arguments run again; waiters of the running call still get its value', () => {
    runVirtual(({ flush, at }) => {
      let runs = 0;
      const load = dedupe(
        task(function* (id: number) {
          const run = ++runs;
          yield timer(10 * id);
          return run;
        }),
      );
      const recordings = [listen(load(1)), listen(load(2))];
      at(5, () => {
        load.clear(1);
        recordings.push(listen(load(1)), listen(load(1)), listen(load(2)));
      });
      flush();
      expect(recordings.map(({ values }) => values)).toEqual([[1], [2], [3], [3], [2]]);
    });
  });

  it('clearAll makes the next call with any arguments run again', () => {
    runVirtual(({ flush }) => {
      const { calls, load } = slow();
      for (const id of [1, 2]) listen(load(id));
      load.clearAll();
      for (const id of [1, 2]) listen(load(id));
      flush();
      expect(calls).toEqual([1, 2, 1, 2]);
    });
  });

  it('clear forgets the calls with these arguments on every object', () => {
    runVirtual(({ flush }) => {
      const { calls, load } = slow();
      const api = { load };
      const callTwice = (): void => {
        listen(api.load(1));
        listen(load(1));
      };
      callTwice();
      load.clear(1);
      callTwice();
      flush();
      expect(calls).toEqual([1, 1, 1, 1]);
    });
  });

  it.each([
    [[] as const, 'none'],
    [[undefined] as const, 'undefined'],
  ])('clear(...%j) is a TypeError that names clearAll, and forgets nothing', (args, got) => {
    runVirtual(({ flush }) => {
      const { calls, load } = slow();
      listen(load(undefined));
      expect(() => load.clear(...(args as readonly never[] as [never]))).toThrow(
        new TypeError(
          `dedupe: expected the arguments of \`clear\` to be those of a call; got ${got}. ` +
            'Call clearAll() to forget all calls.',
        ),
      );
      listen(load(undefined));
      flush();
      expect(calls).toEqual([undefined]);
    });
  });

  it('clear() forgets the one call of a function without parameters', () => {
    runVirtual(({ flush }) => {
      let runs = 0;
      const load = dedupe(() => timer(10).pipe(map(() => ++runs)));
      const first = listen(load());
      load.clear();
      const second = listen(load());
      flush();
      expect([first.values, second.values]).toEqual([[1], [2]]);
    });
  });
});

describe('a run on one scheduler', () => {
  it('is not joined on another scheduler', () => {
    let runs = 0;
    const load = dedupe(
      task(function* (scheduler: BatchScheduler) {
        runs++;
        yield timer(10, scheduler);
        return 'loaded';
      }),
      { key: () => 'the same' },
    );
    const [one, other] = [virtualScheduler(), virtualScheduler()];
    const recordings = [one, other].map(({ scheduler }) => listen(load(scheduler).pipe(subscribeOn(scheduler))));
    one.clock.flush();
    expect(recordings.map(({ values }) => values)).toEqual([['loaded'], []]);
    other.clock.flush();
    expect(recordings.map(({ values }) => values)).toEqual([['loaded'], ['loaded']]);
    expect(runs).toBe(2);
  });

  it('is not joined after an aborted run of virtual time has left it unfinished', () => {
    const { calls, load } = slow();
    expect(() =>
      testScheduler().run(() => {
        listen(load(1));
        throw new RangeError('the test failed');
      }),
    ).toThrow('the test failed');
    runVirtual(({ flush }) => {
      const recording = listen(load(1));
      flush();
      expect([recording.values, calls]).toEqual([[1], [1, 1]]);
    });
  });
});

describe('dedupe', () => {
  it('returns a task with the name and the number of parameters of its function', () => {
    const load = dedupe(function loadPage(this: unknown, a: number, b: number) {
      return a + b;
    });
    expect([load.name, load.length, isTask(load)]).toEqual(['loadPage', 2, true]);
  });

  it('accepts plain functions, and functions that return an Observable', async () => {
    const subject = new Subject<number>();
    const last = dedupe(() => subject);
    const waiting = all([last(), last()]).start();
    subject.next(1);
    subject.next(2);
    subject.complete();
    expect(await waiting).toEqual([2, 2]);
    expect(await dedupe((a: number) => a + 1)(1)).toBe(2);
  });

  it('returns futures that allSettled settles', async () => {
    const load = dedupe((n: number) => {
      if (n === 2) throw new RangeError('two');
      return n;
    });
    const results = await allSettled([load(1), load(2)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });
});

it('dedupe throws a TypeError for wrong arguments at the call', () => {
  expect(() => dedupe(5 as never)).toThrow('dedupe: expected its function to be');
  expect(() => dedupe(() => 1, null as never)).toThrow('dedupe: expected its config to be an object of options');
  expect(() => dedupe(() => 1, { key: 'id' as never })).toThrow('dedupe: expected `key` to be a function');
  expect(() => dedupe(() => 1, { ttl: 5 } as never)).toThrow('dedupe: unknown option "ttl". The option is key.');
});
