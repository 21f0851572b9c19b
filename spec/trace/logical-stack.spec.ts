/**
 * The stack of an error names the tasks that it has passed through, with debugging on also the call site of each.
 */
import { map, of, timer, type Observable } from 'rxjs';
import {
  all,
  TaskContext,
  AsyncValue,
  batch,
  BatchScheduler,
  debug,
  Future,
  Scope,
  scoped,
  task,
  within,
} from 'sluice';
import { failureOf } from '../support/failure-of';

afterEach(() => {
  debug(false);
});

/** The lines of the chain, without the call sites. */
const chainOf = (error: unknown): string[] =>
  linesOf(error).map((line) => line.replace(/^ *at /, '').replace(/, asked for .*/, ''));

const linesOf = (error: unknown): string[] =>
  String((error as Error).stack)
    .split('\n')
    .filter((line) => /^ +at (task \S+|batch "|… more)/.test(line));

const noAuthor = new Error('there is no author 7');

/** Answers all but 7. */
const authorOf = batch(
  (ids: readonly number[]) => ids.map((id) => (id === 7 ? new Error('there is no author 7') : `author ${id}`)),
  { name: 'authorOf' },
);
const idOf = batch((titles: readonly string[]) => titles.map((title) => title.length), { name: 'idOf' });

/** Three levels, over two batches. */
const author = task(function* author(title: string): Generator<unknown, string> {
  const id = yield* idOf(title);
  return yield* authorOf(id);
});
const book = task(function* book(title: string): Generator<unknown, string> {
  return yield* author(title);
});
const shelf = task(function* shelf(titles: readonly string[]): Generator<unknown, readonly string[]> {
  return yield* all(titles.map((title) => book(title)));
});

describe('an error that passes through tasks', () => {
  it('names the key and every level, from the inside out', async () => {
    const error = await failureOf<Error>(shelf(['Ulysses']));
    expect(error.message).toBe('there is no author 7');
    expect(chainOf(error)).toEqual(['batch "authorOf", key 7', 'task author', 'task book', 'task shelf']);
  });

  it('keeps its identity, its message and the lines of its stack', async () => {
    const before = noAuthor.stack ?? '';
    const one = batch((ids: readonly number[]) => ids.map(() => noAuthor), { name: 'one' });
    const ask = task(function* ask() {
      return yield* one(1);
    });
    const error = await failureOf<Error>(ask());
    expect(error).toBe(noAuthor);
    expect(error.message).toBe('there is no author 7');
    expect(String(error.stack).startsWith(before)).toBe(true);
    expect(chainOf(error)).toEqual(['batch "one", key 1', 'task ask']);
  });

  it('has no call sites with debugging off', async () => {
    expect(linesOf(await failureOf(shelf(['Ulysses']))).join()).not.toContain('asked for');
  });

  it('has the call site of each task and of the key with debugging on', async () => {
    debug();
    const lines = linesOf(await failureOf(shelf(['Ulysses'])));
    const place = String.raw`\(\S*logical-stack\.spec\.ts:\d+:\d+\)$`;
    expect(lines).toEqual([
      expect.stringMatching(`^ +at batch "authorOf", key 7, asked for by author.* ${place}`),
      expect.stringMatching(`^ +at task author, asked for by book.* ${place}`),
      expect.stringMatching(`^ +at task book, asked for (by|at) .*${place}`),
      expect.stringMatching(`^ +at task shelf, asked for (by|at) .*${place}`),
    ]);
    expect(new Set(lines.map((line) => /:\d+:\d+\)$/.exec(line)?.[0])).size).toBe(4);
  });

  it('names the task that threw it, and no key', async () => {
    const inner = task(function inner() {
      throw new TypeError('of its own');
    });
    const outer = task(function* outer() {
      return yield* inner();
    });
    expect(chainOf(await failureOf(outer()))).toEqual(['task inner', 'task outer']);
  });

  it('does not name a task that caught it', async () => {
    const seen: unknown[] = [];
    const careful = task(function* careful() {
      try {
        return yield* author('Ulysses');
      } catch (error) {
        seen.push(error);
        return 'none';
      }
    });
    expect(await careful()).toBe('none');
    expect(chainOf(seen[0])).toEqual(['batch "authorOf", key 7', 'task author']);
  });

  it('names a task that caught and rethrew it', async () => {
    const again = task(function* again() {
      try {
        return yield* author('Ulysses');
      } catch (error) {
        yield timer(1);
        throw error;
      }
    });
    expect(chainOf(await failureOf(again()))).toEqual(['batch "authorOf", key 7', 'task author', 'task again']);
  });

  it('does not pass its chain on to an error that wraps it', async () => {
    const wrapping = task(function* wrapping() {
      try {
        return yield* author('Ulysses');
      } catch (cause) {
        throw new Error('no book', { cause });
      }
    });
    const error = await failureOf<Error>(wrapping());
    expect(chainOf(error)).toEqual(['task wrapping']);
    expect(chainOf(error.cause)).toEqual(['batch "authorOf", key 7', 'task author']);
  });
});

describe('the chain of tasks', () => {
  const whole = ['batch "authorOf", key 7', 'task author', 'task outer'];

  it('leads through all(), and names each task once', async () => {
    const outer = task(function* outer() {
      return yield* all({ one: [author('Emma')], two: { it: author('Ulysses') } });
    });
    expect(chainOf(await failureOf(outer()))).toEqual(whole);
  });

  it('leads through a yielded array', async () => {
    const outer = task(function* outer() {
      return yield [author('Emma'), author('Ulysses')];
    });
    expect(chainOf(await failureOf(outer()))).toEqual(whole);
  });

  it('leads through a scope and its tasks', async () => {
    const outer = task(function* outer() {
      return yield* scoped(
        function* body(scope) {
          return yield* scope.start(function* errand() {
            return yield* author('Ulysses');
          });
        },
        { name: 'visit' },
      );
    });
    const chain = chainOf(await failureOf(outer()));
    // A task of the scope runs a generator function as a task of its own.
    expect(chain).toEqual([
      ...whole.slice(0, 2),
      'task errand',
      'task "errand" of scope "visit"',
      'task body',
      'task "body" of scope "visit"',
      'task outer',
    ]);
  });

  it('leads from started work to its waiter', async () => {
    const outer = task(function* outer() {
      return yield* author('Ulysses').start();
    });
    expect(chainOf(await failureOf(outer()))).toEqual(whole);
  });

  it('leads through within()', async () => {
    const context = new (class extends TaskContext {
      override resume(): void {
        // It only has to be there.
      }
      override pause(): void {
        // As above.
      }
    })();
    const outer = task(function* outer() {
      return yield* within(context, author('Ulysses'));
    });
    expect(chainOf(await failureOf(outer()))).toEqual(whole);
  });

  it('leads to a task on another scheduler', async () => {
    const elsewhere = new BatchScheduler({ name: 'elsewhere' });
    const pinned = batch((ids: readonly number[]) => ids.map(() => new Error('no')), {
      name: 'pinned',
      scheduler: elsewhere,
    });
    const outer = task(function* outer() {
      return yield* pinned(7);
    });
    expect(chainOf(await failureOf(outer()))).toEqual(['batch "pinned", key 7', 'task outer']);
  });

  it('leads from a resolver to the tasks that requested its keys', async () => {
    const twoSteps = batch(
      task(function* resolver(ids: readonly number[]) {
        return yield* authorOf.many(ids);
      }),
      { name: 'twoSteps' },
    );
    const outer = task(function* outer() {
      return yield* twoSteps(7);
    });
    expect(chainOf(await failureOf(outer()))).toEqual([
      'batch "authorOf", key 7',
      'task resolver',
      'batch "twoSteps", key 7',
      'task outer',
    ]);
  });

  it('continues through operators with debugging on', async () => {
    debug();
    const outer = task(function* outer(): Generator<unknown, unknown, unknown> {
      return yield author('Ulysses').pipe(map((name) => name.length));
    });
    expect(chainOf(await failureOf(outer()))).toEqual(whole);
  });

  it('ends at the innermost task below operators with debugging off', async () => {
    const outer = task(function* outer(): Generator<unknown, unknown, unknown> {
      return yield author('Ulysses').pipe(map((name) => name.length));
    });
    expect(chainOf(await failureOf(outer()))).toEqual(whole.slice(0, 2));
  });

  it('begins at the waiting task if an Observable fails', async () => {
    const broken: Observable<number> = of(1).pipe(
      map(() => {
        throw new Error('broken');
      }),
    );
    const outer = task(function* outer(): Generator<unknown, unknown, unknown> {
      return yield broken;
    });
    expect(chainOf(await failureOf(outer()))).toEqual(['task outer']);
  });

  it('is kept by a Future of an AsyncValue', async () => {
    const value = new AsyncValue<number>();
    const outer = task(function* outer() {
      return yield* Future.from(value);
    });
    const failed = failureOf(outer());
    value.fail(new Error('by hand'));
    expect(chainOf(await failed)).toEqual(['task outer']);
  });
});

describe('an error that many tasks receive', () => {
  const failing = (): { readonly error: Error; readonly ask: (id: number) => Future<unknown> } => {
    const error = new Error('the database is down');
    return { error, ask: batch(() => Promise.reject(error), { name: 'ask' }) };
  };

  it('has one chain, that of the first request', async () => {
    const { error, ask } = failing();
    const first = task(function* first() {
      return yield* ask(1);
    });
    const second = task(function* second() {
      return yield* ask(2);
    });
    const ended = await Promise.allSettled([first(), second(), second()]);
    expect(ended.map((one) => one.status === 'rejected' && (one.reason as unknown) === error)).toEqual([
      true,
      true,
      true,
    ]);
    expect(chainOf(error)).toEqual(['batch "ask", key 1', 'task first']);
  });

  it('has one chain, however many tasks wait for the key', async () => {
    const { error, ask } = failing();
    const visit = task(function* visit(id: number) {
      return yield* ask(id);
    });
    const before = error.stack?.length ?? 0;
    await failureOf(all(Array.from({ length: 20_000 }, (_, id) => visit(id))));
    expect(chainOf(error)).toEqual(['batch "ask", key 0', 'task visit']);
    expect((error.stack?.length ?? 0) - before).toBeLessThan(200);
  });

  it('has one chain if many tasks wait for the same work', async () => {
    const started = author('Ulysses').start();
    const waits = task(function* waits() {
      return yield* started;
    });
    const [one, other] = [failureOf(waits()), failureOf(waits())];
    expect(await one).toBe(await other);
    expect(chainOf(await one)).toEqual(['batch "authorOf", key 7', 'task author', 'task waits']);
  });
});

describe('work of a scope', () => {
  it('is named with its scope, also if it has no waiter', async () => {
    const scope = new Scope({ name: 'request' });
    scope.start(function* load() {
      return yield* author('Ulysses');
    });
    const error = await failureOf<Error>(scope.close());
    const [cause] = (error as AggregateError).errors as unknown[];
    expect(chainOf(cause)).toEqual([
      'batch "authorOf", key 7',
      'task author',
      'task load',
      'task "load" of scope "request"',
    ]);
  });
});
