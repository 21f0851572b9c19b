/** The error of a scope: a ScopeError of all failures that no waiter has received, or the error of its body. */
import { NEVER, tap, throwError, timer } from 'rxjs';
import { CancelledError, DeadlineError, Future, scoped, ScopeError } from 'sluice';
import { failureOf } from '../support/failure-of';
import { recordOutcome, onVirtualTime, noReports, reportsOf, openScope, failAt, closedWith } from './reports';

const [one, two, three] = [new Error('one'), new Error('two'), new Error('three')];

describe('the ScopeError', () => {
  it('quotes all failures, with the name of the scope', () => {
    const group = closedWith(
      (scope) => {
        scope.start(failAt(1, one));
        scope.start(failAt(2, new RangeError('two')));
      },
      { name: 'import' },
    );
    expect(group.message).toMatch(/^2 failures in scope "import": Error: one; RangeError: two\./);
    expect(group).toMatchObject({ name: 'ScopeError', code: 'SLUICE_SCOPE' });
    expect(group).toBeInstanceOf(AggregateError);
  });

  it('is a group also for one failure, and quotes it', () => {
    const group = closedWith((scope) => scope.start(failAt(1, one)));
    expect(group.errors).toEqual([one]);
    expect(group.message).toMatch(/^One failure in scope "scope": Error: one\./);
  });

  it('lists failures in the start order of their tasks; first and cause are the first in time', () => {
    const group = closedWith((scope) => {
      scope.start(failAt(3, one));
      scope.start(failAt(2, two));
      scope.start(failAt(1, three));
    });
    expect(group.errors).toEqual([one, two, three]);
    expect(group.first).toBe(three);
    expect(group.cause).toBe(three);
  });

  it('lists an error once, also if several tasks failed with it', () => {
    const group = closedWith((scope) => {
      scope.start(failAt(1, one));
      scope.start(failAt(2, one));
      scope.ensure(() => Future.fail(one));
      scope.ensure(() => throwError(() => one));
    });
    expect(group.errors).toEqual([one]);
  });

  it('accepts thrown values of every type', () => {
    const group = closedWith((scope) => {
      for (const error of [undefined, null, 'text', 0]) scope.start(failAt(1, error));
    });
    expect(group.errors).toEqual([undefined, null, 'text', 0]);
  });

  it('lists no cancellation', () => {
    const group = closedWith((scope) => {
      scope.start(failAt(1, one));
      scope.start(failAt(2, new CancelledError('of others')));
      scope.start(failAt(9, two)).cancel();
      const cleaning = scope.start(function* () {
        try {
          yield NEVER;
        } finally {
          yield Future.fail(new CancelledError('in a clean-up'));
        }
      });
      scope.start(() => timer(1).pipe(tap(() => cleaning.cancel())));
      scope.ensure(() => Future.fail(new CancelledError('in a finaliser')));
    });
    expect(group.errors).toEqual([one]);
  });

  it('leaves out a failure that a waiter has received, also much later', async () => {
    const scope = openScope({ errorMode: 'continue' });
    const [received, late] = [scope.start(() => Promise.reject(one)), scope.start(() => Promise.reject(two))];
    scope.start(() => Promise.reject(three));
    expect(await failureOf(received)).toBe(one);
    scope.ensure(() => late.error);
    expect(await failureOf(scope.close())).toMatchObject({ errors: [three] });
  });

  it('lists an error once when a task receives and rethrows it', () => {
    const group = closedWith((scope) => {
      const value = scope.start(failAt(1, one));
      scope.start(() => value);
    });
    expect(group.errors).toEqual([one]);
  });
});

describe('the error of the body', () => {
  const outcomeOf = (body: Parameters<typeof scoped>[0], config: Parameters<typeof scoped>[1] = {}): unknown => {
    let error: unknown;
    onVirtualTime(() => {
      const ended = recordOutcome(scoped(body, config));
      timer(1_000).subscribe(() => ({ error } = ended));
    });
    return error;
  };

  it('is thrown unchanged if it is the only failure', () => expect(outcomeOf(failAt(1, one))).toBe(one));

  it('is thrown unchanged if a task fails with the same error', () => {
    const error = outcomeOf(function* (scope) {
      scope.start(() => throwError(() => one));
      yield timer(1);
      throw one;
    });
    expect(error).toBe(one);
  });

  it('is the first in the order of the group', () => {
    const error = outcomeOf(
      function* (scope) {
        scope.start(failAt(2, two));
        yield timer(3);
        throw one;
      },
      { errorMode: 'continue' },
    );
    expect(error).toMatchObject({ errors: [one, two], first: two });
  });

  it('is the first and cause of the group if it is the first in time', () => {
    const error = outcomeOf(function* (scope) {
      scope.ensure(() => throwError(() => two));
      yield timer(1);
      throw one;
    });
    expect(error).toMatchObject({ errors: [one, two], first: one });
  });

  it('is not lost when the deadline elapses during the clean-up', () => {
    const error = outcomeOf(
      function* (scope) {
        scope.ensure(() => timer(10));
        yield timer(1);
        throw one;
      },
      { timeout: 5 },
    );
    expect(error).toMatchObject({ first: one });
    expect((error as ScopeError).errors).toEqual(expect.arrayContaining([one, expect.any(DeadlineError)]));
  });

  it('is a cancellation when the body waits for cancelled work', () => {
    const error = outcomeOf(function* (scope) {
      const value = scope.start(timer(9));
      value.cancel('no need');
      yield* value;
    });
    expect(error).toMatchObject({ code: 'SLUICE_CANCELLED', reason: 'no need' });
  });
});

it('a failure of a child scope is reported only by the outermost scope', async () => {
  const reports = await reportsOf(async () => {
    const outer = openScope({ name: 'outer' });
    outer.fork({ name: 'inner' }).start(() => Promise.reject(one));
    expect(await failureOf(outer.close())).toMatchObject({ errors: [{ errors: [one] }] });
  });
  expect(reports).toEqual(noReports);
});
