/** What the failure of a task does to the others, and to those who wait for it. */
import { of, tap, timer } from 'rxjs';
import { AsyncValue, Future, scoped, task } from 'sluice';
import { failureOf, inTime, openScope, failAt, closedWith } from './reports';

const one = new Error('one');

describe('a task that waits for another which fails', () => {
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

  it.each(waiters)('is cancelled with the others, and the failure is told by the scope: %s', (_, waiter) => {
    const group = closedWith(
      (scope) => {
        scope.start(waiter(scope.start(failAt(1, one))));
      },
      { errorMode: 'cancel' },
    );
    expect(group).toMatchObject({ errors: [one] });
  });

  it("may recover where errorMode is 'continue'", () => {
    expect(closedWith((scope) => void scope.start(() => recovering(scope.start(failAt(1, one)))))).toBeUndefined();
  });

  it('may recover if it is an async function, which nothing stops', async () => {
    const scope = openScope();
    const failed = scope.start(() => Promise.reject(one));
    const seen = scope.start(async () => failureOf(failed));
    await scope.close();
    expect(seen.value).toBe(one);
  });

  it('is told if it belongs to no scope, though the others are cancelled', () => {
    const told: unknown[] = [];
    const group = closedWith(
      (scope) => {
        const value = scope.start(failAt(1, one));
        value.subscribe({ error: (error: unknown) => told.push(error) });
        scope.start(() => value);
      },
      { errorMode: 'cancel' },
    );
    expect([told, group]).toEqual([[one], undefined]);
  });
});

describe('errorMode', () => {
  /** Which of these still runs after another has failed, and whether something can be started then. */
  const after = (errorMode: 'cancel' | 'continue' | 'abort'): readonly unknown[] => {
    const seen: unknown[] = [];
    inTime(() => {
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

  it("'cancel' cancels the others, and the scope stays usable", () => {
    expect(after('cancel')).toEqual([true, true, false, 'open']);
  });
  it("'continue' does nothing to the others", () => expect(after('continue')).toEqual([false, false, false, 'open']));
  it("'abort' cancels the others, shuts the door, and ends the wait of the body with the failure", () => {
    expect(after('abort')).toEqual([one, true, true, true, 'SLUICE_SCOPE_CLOSED']);
  });

  it('does not reach what the body starts to recover', async () => {
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
