/** The `errorMode` of a scope: what the failure of a task does to the other tasks and to waiters of the failed one. */
import { of, tap, timer } from 'rxjs';
import { AsyncValue, Future, scoped, task } from 'sluice';
import { failureOf } from '../support/failure-of';
import { onVirtualTime, openScope, failAt, closedWith } from './reports';

const one = new Error('one');

describe('a task that waits for a failing task', () => {
  const waiters: readonly (readonly [string, (value: AsyncValue<unknown>) => () => unknown])[] = [
    ['a generator function', (value) => () => recovering(value)],
    ['a task in a task', (value) => () => task(() => recovering(value))()],
    ['an Observable', (value) => () => value.pipe(tap())],
  ];
  const recovering = task(function* (value: AsyncValue<unknown>) {
    try {
      yield* value;
    } catch {
      yield timer(1);
    }
  });

  it.each(waiters)('is cancelled with the other tasks, and the scope fails: %s', (_, waiter) => {
    const group = closedWith(
      (scope) => {
        scope.start(waiter(scope.start(failAt(1, one))));
      },
      { errorMode: 'cancel' },
    );
    expect(group).toMatchObject({ errors: [one] });
  });

  it("can recover with errorMode 'continue'", () => {
    expect(closedWith((scope) => void scope.start(() => recovering(scope.start(failAt(1, one)))))).toBeUndefined();
  });

  it('can recover if it is an async function, which cannot be stopped', async () => {
    const scope = openScope();
    const failed = scope.start(() => Promise.reject(one));
    const seen = scope.start(async () => failureOf(failed));
    await scope.close();
    expect(seen.value).toBe(one);
  });

  it('receives the failure if it belongs to no scope, although the other tasks are cancelled', () => {
    const received: unknown[] = [];
    const group = closedWith(
      (scope) => {
        const value = scope.start(failAt(1, one));
        value.subscribe({ error: (error: unknown) => received.push(error) });
        scope.start(() => value);
      },
      { errorMode: 'cancel' },
    );
    expect([received, group]).toEqual([[one], undefined]);
  });
});

describe('errorMode', () => {
  /** Which tasks were cancelled by the failure of another, and whether a task can be started afterwards. */
  const after = (errorMode: 'cancel' | 'continue' | 'abort'): readonly unknown[] => {
    const seen: unknown[] = [];
    onVirtualTime(() => {
      scoped(
        function* (scope) {
          const child = scope.fork();
          const values = [scope.start(timer(9)), child.start(timer(9))];
          scope.start(failAt(1, one));
          try {
            yield timer(2);
          } catch (error) {
            seen.push(error);
          }
          const start = (): unknown => scope.start(of('started'));
          seen.push(...values.map(({ isError }) => isError), scope.signal.aborted, tried(start));
        },
        { errorMode },
      ).subscribe({ error: () => undefined });
    });
    return seen;
  };
  const tried = (act: () => unknown): string => {
    try {
      act();
      return 'open';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it("'cancel' cancels the other tasks, and new tasks can be started", () => {
    expect(after('cancel')).toEqual([true, true, false, 'open']);
  });
  it("'continue' does nothing to the other tasks", () =>
    expect(after('continue')).toEqual([false, false, false, 'open']));
  it("'abort' cancels the other tasks, refuses new ones, and ends the wait of the body with the failure", () => {
    expect(after('abort')).toEqual([one, true, true, true, 'SLUICE_SCOPE_CLOSED']);
  });

  it("'cancel' does not cancel tasks that the body starts to recover", async () => {
    const value = scoped(function* (scope) {
      try {
        yield* scope.start(Future.fail(one));
      } catch {
        return yield* scope.start(timer(1));
      }
    });
    expect(await value).toBe(0);
  });
});
