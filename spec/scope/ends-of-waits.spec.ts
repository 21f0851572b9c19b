/** What ends a wait in a scope: a failed task, with `errorMode: 'abort'`; a cancelled task whose clean-up fails. */
import { map, NEVER, timer } from 'rxjs';
import { CancelledError, Future, Scope, scoped, ScopeError, allSettled, task } from 'sluice';
import { turn } from '../future/hear';
import { ending, endOf, failAt, failureOf, inTime, nothing, openScope, reportsOf, type Ended } from './reports';

const no = new Error('no');
const couldNotClose = new Error('could not close');

const abort = { errorMode: 'abort' } as const;

describe("a failed task of a scope with errorMode 'abort'", () => {
  it('ends the wait of the body for something else with its failure', () => {
    const { error, at } = endOf((now) =>
      ending(
        scoped(function* (scope) {
          scope.start(failAt(3, no));
          yield NEVER;
        }, abort),
        now,
      ),
    );
    expect(error).toBe(no);
    expect(at).toBe(3);
  });
  it('is handled where the body catches it', () => {
    const { value } = endOf(() =>
      ending(
        scoped(function* (scope) {
          scope.start(failAt(3, no));
          try {
            yield NEVER;
          } catch (error) {
            return error;
          }
          return 'went on';
        }, abort),
      ),
    );
    expect(value).toBe(no);
  });
  it('runs the clean-up of what the body waits for first', () => {
    const log: string[] = [];
    const slow = task(function* () {
      try {
        yield NEVER;
      } finally {
        yield timer(2);
        log.push('closed');
      }
    });
    inTime(() => {
      const body = scoped(function* (scope) {
        scope.start(failAt(3, no));
        yield* slow();
      }, abort);
      body.subscribe({ error: (error: unknown) => log.push(String(error)) });
    });
    expect(log).toEqual(['closed', 'Error: no']);
  });
  it('ends a wait for tasks that are cancelled because of it', () => {
    const { error } = endOf(() =>
      ending(
        scoped(function* (scope) {
          const others = [scope.start(NEVER), scope.start(timer(9))];
          scope.start(failAt(3, no));
          return yield* allSettled(others);
        }, abort),
      ),
    );
    expect(error).toBe(no);
  });
  it('ends a wait for a task that waits for it', () => {
    const { error } = endOf(() =>
      ending(
        scoped(function* (scope) {
          const failing = scope.start(failAt(3, no));
          yield* scope.start(function* () {
            yield* failing;
          });
        }, abort),
      ),
    );
    expect(error).toBe(no);
  });
  it('leaves a body alone that waits for that very task', () => {
    const { value } = endOf(() =>
      ending(
        scoped(function* (scope) {
          const failing = scope.start(failAt(3, no));
          const other = scope.start(NEVER);
          return (yield* allSettled([failing, other])).map((one) =>
            one.status === 'rejected' ? (one.reason as unknown) : one,
          );
        }, abort),
      ),
    );
    expect(value).toEqual([no, expect.any(CancelledError)]);
  });
  it('ends a body that is no generator', () => {
    const { error, at } = endOf((now) =>
      ending(
        scoped((scope) => {
          scope.start(failAt(3, no));
          return NEVER.pipe(map(() => 1));
        }, abort),
        now,
      ),
    );
    expect(error).toBe(no);
    expect(at).toBe(3);
  });
  it('does not end an async body, and fails the scope', async () => {
    let isAborted = false;
    const error = await failureOf(
      scoped(async (scope) => {
        scope.start(() => Promise.reject(no));
        await turn();
        isAborted = scope.signal.aborted;
        return 'body';
      }, abort),
    );
    expect(isAborted).toBe(true);
    expect((error as ScopeError).errors).toEqual([no]);
  });
  it('does not touch a body that has returned', () => {
    const { error } = endOf(() =>
      ending(
        scoped((scope) => {
          scope.start(failAt(3, no));
          return 'body';
        }, abort),
      ),
    );
    expect((error as ScopeError).errors).toEqual([no]);
  });
});

describe('a cancelled task whose clean-up fails', () => {
  function* atOnce(): Generator<unknown, void> {
    try {
      yield NEVER;
    } finally {
      yield Future.fail(couldNotClose);
    }
  }
  function* later(): Generator<unknown, void> {
    try {
      yield NEVER;
    } finally {
      yield timer(5);
      yield Future.fail(couldNotClose);
    }
  }
  const kinds: [string, () => Generator<unknown, void>][] = [
    ['at once', atOnce],
    ['later', later],
    [
      'in a task that it waits for',
      function* () {
        yield* task(later)();
      },
    ],
    [
      'in a delegate',
      function* () {
        yield* later();
      },
    ],
    [
      'in a scope that it has opened',
      function* () {
        yield* scoped(later);
      },
    ],
    [
      'in one of several that it waits for',
      function* () {
        yield [NEVER, task(later)()];
      },
    ],
  ];

  it.each(kinds)('fails with that where it is awaited: %s', async (_, work) => {
    const ends: Ended[] = [];
    const reports = await reportsOf(() => {
      inTime(() => {
        const body = scoped(function* (scope) {
          const job = scope.start(work);
          yield timer(5);
          job.cancel('enough');
          try {
            yield* job;
          } catch (error) {
            return error;
          }
          return 'went on';
        });
        ends.push(ending(body));
      });
    });
    expect(ends).toEqual([{ value: couldNotClose, at: 0 }]);
    expect(reports).toEqual(nothing);
  });
  it.each(kinds)('fails with that where it has been awaited since before the cancel: %s', (_, work) => {
    const { error } = endOf(() => {
      const scope = openScope();
      const job = scope.start(work);
      timer(5).subscribe(() => {
        job.cancel('enough');
      });
      return ending(job);
    });
    expect(error).toBe(couldNotClose);
  });
  it.each(kinds)('fails its scope where it is not awaited: %s', (_, work) => {
    const { error } = endOf(() => {
      const scope = openScope();
      scope.start(work);
      timer(5).subscribe(() => {
        scope.cancel('enough');
      });
      return ending(scope.close());
    });
    expect((error as ScopeError).errors).toEqual([couldNotClose]);
  });
  it('and that is given up before, fails the scope with both', () => {
    const { error } = endOf(() => {
      const scope = openScope({ grace: 5 });
      const slow = task(function* () {
        try {
          yield NEVER;
        } finally {
          yield timer(100);
        }
      });
      scope.start(function* () {
        yield [slow(), task(atOnce)()];
      });
      timer(1).subscribe(() => {
        scope.cancel();
      });
      return ending(scope.close());
    });
    expect((error as ScopeError).errors).toContain(couldNotClose);
    expect((error as ScopeError).errors).toHaveLength(2);
  });
});

describe('a scope that is cancelled while its body waits', () => {
  const bodies = {
    'a generator': function* (scope: Scope) {
      return yield* allSettled([scope.start(NEVER), scope.start(NEVER)]);
    },
    'a future': (scope: Scope) => allSettled([scope.start(NEVER), scope.start(NEVER)]),
    'an async function': async (scope: Scope) => allSettled([scope.start(NEVER), scope.start(NEVER)]),
  };
  it.each(Object.entries<(scope: Scope) => unknown>(bodies))(
    'by its signal is cancelled, whatever the body makes of it: %s',
    async (_, body) => {
      const client = new AbortController();
      const ended = failureOf(scoped(body, { signal: client.signal }));
      await turn();
      client.abort('gone');
      const error = await ended;
      expect(error).toBeInstanceOf(CancelledError);
      expect((error as CancelledError).reason).toBe('gone');
    },
  );
  it('does not let other work of it go on with how the cancelled has ended', () => {
    const log: unknown[] = [];
    inTime(() => {
      const scope = openScope();
      const jobs = [scope.start(NEVER), scope.start(NEVER)];
      const whole = scope.start(function* () {
        log.push(yield* allSettled(jobs));
      });
      timer(5).subscribe(() => {
        scope.cancel();
      });
      whole.subscribe({ error: (error: unknown) => log.push((error as Error).name) });
    });
    expect(log).toEqual(['CancelledError']);
  });
});
