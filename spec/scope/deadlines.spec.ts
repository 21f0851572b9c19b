/** The `timeout` of a scope, and the `shield` that protects a child from the timeout of its parent. */
import { NEVER, timer } from 'rxjs';
import { CancelledError, DeadlineError, scoped, ScopeError, type ScopeConfig } from 'sluice';
import { recordOutcome, onVirtualTime, outcomeOf, openScope } from './reports';

const no = new Error('no');

const hanging = (config: ScopeConfig, seen: unknown[] = []): ReturnType<typeof scoped> =>
  scoped(function* (scope) {
    const value = scope.start(NEVER);
    value.subscribe({ error: (error: unknown) => seen.push(error) });
    yield NEVER;
  }, config);

describe('a deadline', () => {
  it('fails the owner with a DeadlineError, and cancels the work inside', () => {
    const seen: unknown[] = [];
    const { error, at } = outcomeOf((now) => recordOutcome(hanging({ timeout: 5, name: 'slow' }, seen), now));
    expect(error).toBeInstanceOf(DeadlineError);
    expect(error).toMatchObject({ scope: 'slow', timeoutMs: 5 });
    expect(at).toBe(5);
    expect(seen).toEqual([expect.any(CancelledError)]);
    expect(seen).toEqual([expect.objectContaining({ reason: error })]);
  });

  it('waits for the clean-up of the cancelled work', () => {
    const { error, at } = outcomeOf((now) =>
      recordOutcome(
        scoped(
          function* (scope) {
            scope.ensure(() => timer(10));
            yield NEVER;
          },
          { timeout: 5 },
        ),
        now,
      ),
    );
    expect([error, at]).toEqual([expect.any(DeadlineError), 15]);
  });

  it('does nothing to a scope that closes in time, and leaves no timer', () => {
    onVirtualTime((now) => {
      const ended = recordOutcome(
        scoped(() => timer(4), { timeout: 5 }),
        now,
      );
      timer(9).subscribe(() => expect(ended).toEqual({ value: 0, at: 4 }));
    });
    expect.assertions(1);
  });

  it('does not fail a scope that was cancelled before and only cleans up', () => {
    const { error } = outcomeOf((now) => {
      const scope = openScope({ timeout: 5 });
      scope.ensure(() => timer(10));
      scope.cancel('enough');
      return recordOutcome(scope.close(), now);
    });
    expect(error).toBeUndefined();
  });

  it("cancels the body also after a failure with errorMode 'abort'", () => {
    const { error, at } = outcomeOf((now) =>
      recordOutcome(
        scoped(
          function* (scope) {
            scope.start(function* () {
              throw no;
            });
            try {
              yield NEVER;
            } catch (failure) {
              expect(failure).toBe(no);
            }
            yield NEVER;
          },
          { timeout: 5, errorMode: 'abort' },
        ),
        now,
      ),
    );
    expect(at).toBe(5);
    expect(error).toBeInstanceOf(DeadlineError);
  });

  it('of the outer scope, if first, cancels the inner scope', () => {
    const seen: unknown[] = [];
    const { error } = outcomeOf((now) =>
      recordOutcome(
        scoped(
          function* (outer) {
            yield* outer.start(hanging({ timeout: 9, name: 'inner' }, seen));
          },
          { timeout: 5, name: 'outer' },
        ),
        now,
      ),
    );
    expect(error).toMatchObject({ code: 'SLUICE_DEADLINE', scope: 'outer' });
    expect(seen).toEqual([expect.any(CancelledError)]);
  });

  it('of the inner scope, if first, fails the inner scope, and its owner can recover', () => {
    const { value, at } = outcomeOf((now) =>
      recordOutcome(
        scoped(
          function* () {
            try {
              yield* hanging({ timeout: 5, name: 'inner' });
            } catch (error) {
              return (error as DeadlineError).scope;
            }
          },
          { timeout: 9, name: 'outer' },
        ),
        now,
      ),
    );
    expect([value, at]).toEqual(['inner', 5]);
  });

  it.each([
    [5, 9, 'parent'],
    [9, 5, 'child'],
    [5, 5, 'parent'],
  ])('of %d ms in a parent and %d ms in its child is that of the %s alone', (timeout, inner, first) => {
    const { error } = outcomeOf((now) => {
      const parent = openScope({ timeout, name: 'parent' });
      parent.fork({ timeout: inner, name: 'child' }).start(NEVER);
      return recordOutcome(parent.close(), now);
    });
    const own = error instanceof ScopeError ? (error.errors as unknown[]) : [error];
    expect(own).toEqual([expect.objectContaining({ code: 'SLUICE_DEADLINE', scope: first })]);
  });

  it('joins the other failures in the ScopeError', () => {
    const { error } = outcomeOf((now) => {
      const scope = openScope({ timeout: 5, errorMode: 'continue' });
      scope.start(function* () {
        throw no;
      });
      scope.start(NEVER);
      return recordOutcome(scope.close(), now);
    });
    expect(error).toMatchObject({ first: no, errors: [expect.any(DeadlineError), no] });
  });
});

describe('a shield', () => {
  it('lets a child finish when its parent is cancelled, and the parent waits for it', () => {
    onVirtualTime((now) => {
      const parent = openScope();
      const [shielded, other] = [parent.fork({ shield: true }), parent.fork()];
      const values = [shielded.start(timer(9)), other.start(timer(9))];
      timer(1).subscribe(() => parent.cancel());
      const closed = recordOutcome(parent.close(), now);
      timer(20).subscribe(() => {
        expect(values.map(({ isError }) => isError)).toEqual([false, true]);
        expect(closed.at).toBe(9);
      });
    });
    expect.assertions(2);
  });

  it('protects a child from the deadline and from failures of its parent', () => {
    onVirtualTime((now) => {
      const parent = openScope({ timeout: 5 });
      const value = parent.fork({ shield: true }).start(timer(9));
      parent.start(function* () {
        throw no;
      });
      const closed = recordOutcome(parent.close(), now);
      timer(20).subscribe(() => {
        expect(value.isError).toBe(false);
        expect(closed.at).toBe(9);
      });
    });
    expect.assertions(2);
  });

  it('does not prevent cancelling the child itself', () => {
    const child = openScope().fork({ shield: true });
    const value = child.start(NEVER);
    child.cancel();
    expect(value.isError).toBe(true);
  });
});
