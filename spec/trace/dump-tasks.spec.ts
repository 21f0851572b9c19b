/**
 * `dumpTasks`: who waits for what, as a tree.
 */
import { NEVER, of, Subject, timer } from 'rxjs';
import { all, AsyncValue, batch, BatchScheduler, debug, dumpTasks, Scope, scoped, task, type Future } from 'sluice';
import { dumpTasks as fromTrace } from 'sluice';
import { after } from '../support/batches';
import { testScheduler } from '../support/virtual-time';

afterEach(() => {
  debug(false);
});

/** The tree, while all that the program has begun waits: on virtual time, where nothing of other specs is. */
function dumpOf(program: () => void, frames = 0): string {
  let text = '';
  testScheduler().run(({ flush }) => {
    program();
    timer(frames).subscribe(() => (text = dumpTasks(() => undefined)));
    flush();
  });
  return text;
}

const linesOf = (...lines: string[]): string => lines.join('\n');

describe('dumpTasks', () => {
  it('says "Nothing waits." if no task waits', () => {
    expect(dumpOf(() => undefined)).toBe('Nothing waits.');
  });

  it('prints what it returns', () => {
    testScheduler().run(() => {
      const printed: string[] = [];
      task(() => NEVER)().subscribe();
      const text = dumpTasks((line) => printed.push(line));
      expect(printed).toEqual([text]);
      expect(text).toContain('task');
    });
  });

  it('prints to the console by default', () => {
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      testScheduler().run(() => dumpTasks());
      expect(log.mock.calls).toEqual([['Nothing waits.']]);
    } finally {
      log.mockRestore();
    }
  });

  it('is one function, whichever entry point exports it', () => {
    expect(fromTrace).toBe(dumpTasks);
  });

  it.each([7, null, {}, 'log'])('rejects %p as its argument', (print) => {
    expect(() => dumpTasks(print as unknown as () => void)).toThrow(TypeError);
    expect(() => dumpTasks(print as unknown as () => void)).toThrow(
      /dumpTasks: expected its argument to be a function/,
    );
  });

  it('throws what print throws, and works again afterwards', () => {
    testScheduler().run(() => {
      expect(() =>
        dumpTasks(() => {
          throw new RangeError('no paper');
        }),
      ).toThrow('no paper');
      expect(dumpTasks(() => undefined)).toBe('Nothing waits.');
    });
  });
});

describe('the tree of dumpTasks', () => {
  it('leads from the outermost task through all to the keys', () => {
    const nameOf = after(9, { name: 'nameOf', window: 5 });
    const authorOf = task(function* authorOf(key: string) {
      return yield* nameOf(key);
    });
    const page = task(function* page() {
      return yield* all([authorOf('a'), authorOf('b'), nameOf('a')]);
    });
    expect(dumpOf(() => page().subscribe(), 3)).toBe(
      linesOf(
        'scheduler "batchScheduler"',
        '└─ task page',
        '   ├─ task authorOf',
        '   │  └─ batch "nameOf", key "a": open, asked for 3 ms ago, with 2 key(s)',
        '   ├─ batch "nameOf", key "a": open, asked for 3 ms ago, with 2 key(s)',
        '   └─ task authorOf',
        '      └─ batch "nameOf", key "b": open, asked for 3 ms ago, with 2 key(s)',
      ),
    );
  });

  it('shows which batches are in flight, and which are full and wait for concurrency', () => {
    const nameOf = after(9, { name: 'nameOf', maxSize: 1, concurrency: 1 });
    expect(dumpOf(() => nameOf.many(['a', 'b']).subscribe(), 2)).toBe(
      linesOf(
        'scheduler "batchScheduler"',
        '├─ batch "nameOf", key "b": full, asked for 2 ms ago, with 1 key(s)',
        '└─ batch "nameOf", key "a": in flight, asked for 2 ms ago, with 1 key(s)',
      ),
    );
  });

  it('shows the requests of a resolver beneath its flight, and the flight beneath its task', () => {
    const rowOf = after(9, { name: 'rowOf' });
    const nameOf = batch(
      task(function* resolver(keys: readonly string[]) {
        return yield* rowOf.many(keys);
      }),
      { name: 'nameOf' },
    );
    const page = task(function* page() {
      return yield* nameOf('a');
    });
    const text = dumpOf(() => page().subscribe(), 1);
    expect(text.split('\n').map((line) => line.replace(/, (asked )?for \d+ ms.*/, ''))).toEqual([
      'scheduler "batchScheduler"',
      '└─ task page',
      '   ├─ batch "nameOf", key "a": in flight',
      '   └─ batch "nameOf" in flight (1 key(s): "a")',
      '      └─ task resolver',
      '         └─ batch "rowOf", key "a": in flight',
    ]);
  });

  it('shows Observables and promises beneath the tasks that wait for them', () => {
    const visit = task(function* visit() {
      yield [timer(9), new Promise(() => undefined)];
    });
    expect(dumpOf(() => visit().subscribe(), 1)).toBe(
      linesOf(
        'scheduler "batchScheduler"',
        '└─ task visit',
        '   ├─ an Observable or promise that task "visit" waits for',
        '   └─ an Observable or promise that task "visit" waits for',
      ),
    );
  });

  it('shows started work beneath its waiter, or by itself', () => {
    const load = task(function* load() {
      yield NEVER;
    });
    const visit = task(function* visit() {
      return yield* load().start();
    });
    const text = dumpOf(() => {
      visit().subscribe();
      load().start();
    });
    expect(text).toBe(
      linesOf(
        'scheduler "batchScheduler"',
        '├─ task visit',
        '│  ├─ task load',
        '│  │  └─ an Observable or promise that task "load" waits for',
        '│  └─ started work',
        '└─ task load',
        '   └─ an Observable or promise that task "load" waits for',
      ),
    );
  });

  it('shows the work of a scope beneath the scope', () => {
    const text = dumpOf(() => {
      const scope = new Scope({ name: 'request' });
      scope.start(function load() {
        return NEVER;
      });
    }, 1);
    expect(text).toContain(
      '└─ scope "request" to close\n   └─ task "load" of scope "request"\n      └─ an Observable or promise',
    );
  });

  it('shows a closing scope beneath the task that waits for it', () => {
    const visit = task(function* visit() {
      return yield* scoped(
        (scope) => {
          scope.start(function load() {
            return NEVER;
          });
          return 'begun';
        },
        { name: 'request' },
      );
    });
    const lines = dumpOf(() => visit().subscribe(), 1).split('\n');
    expect(lines[1]).toBe('└─ task visit');
    expect(lines.find((line) => line.includes('scope "request" to close'))).toMatch(/^ {3}/);
  });

  it('shows what a resolver waits for beneath its flight', () => {
    const cell = new AsyncValue<readonly string[]>();
    const nameOf = batch<string, string>(() => cell, { name: 'nameOf' });
    expect(dumpOf(() => nameOf('a').subscribe(), 1)).toContain(
      '└─ batch "nameOf" in flight (1 key(s): "a")\n   └─ an AsyncValue that is not set',
    );
  });

  it('shows an AsyncValue without a value beneath the task that waits for it', () => {
    const cell = new AsyncValue<number>();
    const visit = task(function* visit() {
      return yield* cell;
    });
    expect(dumpOf(() => visit().subscribe())).toBe(
      linesOf('scheduler "batchScheduler"', '└─ task visit', '   └─ an AsyncValue that is not set'),
    );
  });

  it('shows which tasks are ready to run', () => {
    testScheduler().run(() => {
      const source = new Subject<number>();
      const texts: string[] = [];
      const first = task(function* first() {
        yield source;
        texts.push(dumpTasks(() => undefined));
      });
      const second = task(function* second() {
        yield source;
      });
      // Both have what they waited for, and the first goes first.
      first().subscribe();
      second().subscribe();
      task(function* sends() {
        source.next(1);
        source.complete();
      })().subscribe();
      expect(texts).toHaveLength(1);
      expect(texts[0]).toContain('task second, ready to run');
    });
  });

  it('shows the running task and its callers', () => {
    testScheduler().run(() => {
      let text = '';
      const inner = task(function* inner() {
        text = dumpTasks(() => undefined);
      });
      const outer = task(function* outer() {
        yield* inner();
      });
      outer().subscribe();
      expect(text).toBe(linesOf('scheduler "batchScheduler"', '└─ task outer', '   └─ task inner, running'));
    });
  });

  it('shows every scheduler with waiting tasks', () => {
    const scheduler = new BatchScheduler({ name: 'other' });
    const visit = task(function* visit() {
      yield NEVER;
    });
    const text = dumpOf(() => {
      visit().subscribe();
      scheduler.schedule(() => void visit().subscribe());
    }, 1);
    expect(text.split('\n').filter((line) => line.startsWith('scheduler'))).toEqual([
      'scheduler "batchScheduler"',
      'scheduler "other"',
    ]);
  });

  it('shows a wait on another scheduler beneath the waiting task', () => {
    const scheduler = new BatchScheduler({ name: 'other' });
    const nameOf = after(9, { name: 'nameOf', scheduler });
    const visit = task(function* visit() {
      return yield* nameOf('a');
    });
    const [here, there] = dumpOf(() => visit().subscribe(), 1).split('\nscheduler');
    expect(here).toBe(
      linesOf('scheduler "batchScheduler"', '└─ task visit', '   └─ batch "nameOf" on scheduler "other"'),
    );
    expect(there).toContain('batch "nameOf", key "a": in flight');
  });
});

describe('a large or cyclic tree of dumpTasks', () => {
  it('ends if two tasks wait for each other', () => {
    const text = dumpOf(() => {
      const one: AsyncValue<unknown> = task(function* one() {
        yield timer(1);
        return yield* other;
      })().start();
      const other: AsyncValue<unknown> = task(function* other() {
        yield timer(1);
        return yield* one;
      })().start();
    }, 2);
    expect(text.split('\n')).toHaveLength(5);
    expect(text).toContain('task one');
    expect(text).toContain('task other');
  });

  it('is cut if many tasks wait', () => {
    const nameOf = after(9, { name: 'nameOf' });
    const visit = task(function* visit(id: number) {
      return yield* nameOf(String(id));
    });
    const text = dumpOf(() => all(Array.from({ length: 10_000 }, (_, id) => visit(id))).subscribe());
    expect(text.split('\n').length).toBeLessThan(50);
    expect(text).toMatch(/… and 9980 more$/);
  });

  it('is cut if each level has many tasks', () => {
    const wide: (depth: number) => Future<unknown> = task(function* level(
      depth: number,
    ): Generator<unknown, unknown, unknown> {
      return depth === 0 ? yield NEVER : yield* all(Array.from({ length: 15 }, () => wide(depth - 1)));
    });
    const text = dumpOf(() => wide(3).subscribe());
    expect(text.split('\n').length).toBeLessThan(600);
    expect(text).toMatch(/… and more$/);
  });

  it('is cut if the tasks are nested deeply', () => {
    const nested: (depth: number) => Future<unknown> = task(function* level(
      depth: number,
    ): Generator<unknown, unknown, unknown> {
      return depth === 0 ? yield NEVER : yield* nested(depth - 1);
    });
    const text = dumpOf(() => nested(100_000).subscribe());
    expect(text.split('\n').length).toBeLessThan(60);
    expect(text).toMatch(/… and 1 more$/);
  });
});

describe('dumpTasks with debugging off', () => {
  it('shows neither ages nor call sites', () => {
    const visit = task(function* visit() {
      yield NEVER;
    });
    expect(dumpOf(() => visit().subscribe(), 2)).not.toMatch(/ms|asked for/);
  });
});

describe('dumpTasks with debugging on', () => {
  it('shows the age of each task, and the call sites of tasks and keys', () => {
    debug();
    const nameOf = after(9, { name: 'nameOf' });
    const visit = task(function* visit() {
      return yield* nameOf('a');
    });
    const [, ofTask, ofKey] = dumpOf(() => visit().subscribe(), 1).split('\n');
    const place = String.raw`at .*dump-tasks\.spec\.ts:\d+:\d+\)?`;
    expect(ofTask).toMatch(new RegExp(`^└─ task visit, for \\d+ ms, asked for ${place}$`));
    expect(ofKey).toMatch(
      new RegExp(
        `^ {3}└─ batch "nameOf", key "a", asked for ${place}: in flight, asked for 1 ms ago, with 1 key\\(s\\)$`,
      ),
    );
  });

  it('shows the call site of each request for a key that is in flight', () => {
    debug();
    const nameOf = after(9, { name: 'nameOf', cache: true });
    const first = task(function* first() {
      return yield* nameOf('a');
    });
    const second = task(function* second() {
      yield of(1);
      return yield* nameOf('a');
    });
    const text = dumpOf(() => all([first(), second()]).subscribe(), 1);
    const places = [...text.matchAll(/key "a", asked for at (\w+)/g)].map(([, place]) => place);
    expect(places).toEqual(['first', 'second']);
  });
});
