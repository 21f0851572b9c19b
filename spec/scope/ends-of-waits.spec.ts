/** A wait in a scope ends early by the failure of a task with `errorMode: 'abort'`, or by the failed clean-up of a task. */
import { map, NEVER, timer } from 'rxjs';
import { CancelledError, Future, Scope, scoped, ScopeError, allSettled, task } from 'sluice';
import { nextTurn } from '../support/recording-observer';
import { failureOf } from '../support/failure-of';
import {
  recordOutcome,
  outcomeOf,
  failAt,
  onVirtualTime,
  noReports,
  openScope,
  reportsOf,
  type Outcome,
} from './reports';

const no = new Error('no');
const couldNotClose = new Error('could not close');

const abort = { errorMode: 'abort' } as const;

describe("a failed task of a scope with errorMode 'abort'", () => {
  it('ends the wait of the body for something else with the failure of the task', () => {
    const { error, at } = outcomeOf((now) =>
      recordOutcome(
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
  it('counts as handled when the body catches its failure', () => {
    const { value } = outcomeOf(() =>
      recordOutcome(
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
  it('ends the wait of the body only after the clean-up of the awaited work', () => {
    const log: string[] = [];
    const slow = task(function* () {
      try {
        yield NEVER;
      } finally {
        yield timer(2);
        log.push('closed');
      }
    });
    onVirtualTime(() => {
      const body = scoped(function* (scope) {
        scope.start(failAt(3, no));
        yield* slow();
      }, abort);
      body.subscribe({ error: (error: unknown) => log.push(String(error)) });
    });
    expect(log).toEqual(['closed', 'Error: no']);
  });
  it('ends a wait of the body for tasks that its failure cancels', () => {
    const { error } = outcomeOf(() =>
      recordOutcome(
        scoped(function* (scope) {
          const others = [scope.start(NEVER), scope.start(timer(9))];
          scope.start(failAt(3, no));
          return yield* allSettled(others);
        }, abort),
      ),
    );
    expect(error).toBe(no);
  });
  it('ends a wait of the body for a task that waits for the failed one', () => {
    const { error } = outcomeOf(() =>
      recordOutcome(
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
  it('fails a body that waits for the failed task in the usual way', () => {
    const { value } = outcomeOf(() =>
      recordOutcome(
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
  it('ends a body that is not a generator function', () => {
    const { error, at } = outcomeOf((now) =>
      recordOutcome(
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
        await nextTurn();
        isAborted = scope.signal.aborted;
        return 'body';
      }, abort),
    );
    expect(isAborted).toBe(true);
    expect((error as ScopeError).errors).toEqual([no]);
  });
  it('does not change the result of a body that has returned', () => {
    const { error } = outcomeOf(() =>
      recordOutcome(
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

  it.each(kinds)('fails a later waiter with the error of the clean-up: %s', async (_, work) => {
    const ends: Outcome[] = [];
    const reports = await reportsOf(() => {
      onVirtualTime(() => {
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
        ends.push(recordOutcome(body));
      });
    });
    expect(ends).toEqual([{ value: couldNotClose, at: 0 }]);
    expect(reports).toEqual(noReports);
  });
  it.each(kinds)('fails an earlier waiter with the error of the clean-up: %s', (_, work) => {
    const { error } = outcomeOf(() => {
      const scope = openScope();
      const job = scope.start(work);
      timer(5).subscribe(() => {
        job.cancel('enough');
      });
      return recordOutcome(job);
    });
    expect(error).toBe(couldNotClose);
  });
  it.each(kinds)('fails its scope with the error of the clean-up when it has no waiter: %s', (_, work) => {
    const { error } = outcomeOf(() => {
      const scope = openScope();
      scope.start(work);
      timer(5).subscribe(() => {
        scope.cancel('enough');
      });
      return recordOutcome(scope.close());
    });
    expect((error as ScopeError).errors).toEqual([couldNotClose]);
  });
  it('fails the scope with both errors when its grace elapses before the clean-up fails', () => {
    const { error } = outcomeOf(() => {
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
      return recordOutcome(scope.close());
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
    'by its outer signal fails with the cancellation, also if the body succeeds: %s',
    async (_, body) => {
      const client = new AbortController();
      const ended = failureOf(scoped(body, { signal: client.signal }));
      await nextTurn();
      client.abort('gone');
      const error = await ended;
      expect(error).toBeInstanceOf(CancelledError);
      expect((error as CancelledError).reason).toBe('gone');
    },
  );
  it('does not resume other work with the outcome of the cancelled work', () => {
    const log: unknown[] = [];
    onVirtualTime(() => {
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
