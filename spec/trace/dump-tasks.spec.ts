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
  it('says so where nothing waits', () => {
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

  it('prints to the console if nobody says where to', () => {
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      testScheduler().run(() => dumpTasks());
      expect(log.mock.calls).toEqual([['Nothing waits.']]);
    } finally {
      log.mockRestore();
    }
  });

  it('is the same from both doors', () => {
    expect(fromTrace).toBe(dumpTasks);
  });

  it.each([7, null, {}, 'log'])('refuses to print to %p', (print) => {
    expect(() => dumpTasks(print as unknown as () => void)).toThrow(TypeError);
    expect(() => dumpTasks(print as unknown as () => void)).toThrow(
      /dumpTasks: expected its argument to be a function/,
    );
  });

  it('passes on what the printer throws, and prints again', () => {
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

describe('the tree', () => {
  it('leads from who asked first down to the keys, through all', () => {
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

  it('says which batches are in flight, and which are full and wait for room', () => {
    const nameOf = after(9, { name: 'nameOf', maxSize: 1, concurrency: 1 });
    expect(dumpOf(() => nameOf.many(['a', 'b']).subscribe(), 2)).toBe(
      linesOf(
        'scheduler "batchScheduler"',
        '├─ batch "nameOf", key "b": full, asked for 2 ms ago, with 1 key(s)',
        '└─ batch "nameOf", key "a": in flight, asked for 2 ms ago, with 1 key(s)',
      ),
    );
  });

  it('has a resolver that asks beneath its flight, and that beneath who asked', () => {
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

  it('has Observables and promises, beneath the tasks that wait for them', () => {
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

  it('has work that was started, beneath who waits for it and by itself', () => {
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

  it('has the work of a scope, beneath that', () => {
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

  it('has a scope that has yet to close beneath the task that waits for all of it', () => {
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

  it('has what the work of a resolver waits for beneath its flight', () => {
    const cell = new AsyncValue<readonly string[]>();
    const nameOf = batch<string, string>(() => cell, { name: 'nameOf' });
    expect(dumpOf(() => nameOf('a').subscribe(), 1)).toContain(
      '└─ batch "nameOf" in flight (1 key(s): "a")\n   └─ an AsyncValue that is not set',
    );
  });

  it('has a cell that nobody has set, beneath the task that waits for it', () => {
    const cell = new AsyncValue<number>();
    const visit = task(function* visit() {
      return yield* cell;
    });
    expect(dumpOf(() => visit().subscribe())).toBe(
      linesOf('scheduler "batchScheduler"', '└─ task visit', '   └─ an AsyncValue that is not set'),
    );
  });

  it('says which tasks may go on, and wait for their turn', () => {
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

  it('has the task that runs, and those it runs for', () => {
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

  it('has every scheduler on which something waits', () => {
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

  it('has a wait on another scheduler beneath the task that waits', () => {
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

describe('a tree without end', () => {
  it('ends: two that wait for each other', () => {
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

  it('is short, however many wait', () => {
    const nameOf = after(9, { name: 'nameOf' });
    const visit = task(function* visit(id: number) {
      return yield* nameOf(String(id));
    });
    const text = dumpOf(() => all(Array.from({ length: 10_000 }, (_, id) => visit(id))).subscribe());
    expect(text.split('\n').length).toBeLessThan(50);
    expect(text).toMatch(/… and 9980 more$/);
  });

  it('is short, however wide it is at each level', () => {
    const wide: (depth: number) => Future<unknown> = task(function* level(
      depth: number,
    ): Generator<unknown, unknown, unknown> {
      return depth === 0 ? yield NEVER : yield* all(Array.from({ length: 15 }, () => wide(depth - 1)));
    });
    const text = dumpOf(() => wide(3).subscribe());
    expect(text.split('\n').length).toBeLessThan(600);
    expect(text).toMatch(/… and more$/);
  });

  it('is short, however deep they wait', () => {
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

describe('with debugging off', () => {
  it('has neither ages nor places', () => {
    const visit = task(function* visit() {
      yield NEVER;
    });
    expect(dumpOf(() => visit().subscribe(), 2)).not.toMatch(/ms|asked for/);
  });
});

describe('with debugging on', () => {
  it('says for how long each task has been there, and where it and its keys were asked for', () => {
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

  it('says the right place where a key was on its way already', () => {
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
