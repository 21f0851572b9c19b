/** The `exitMode` of a scope, `await using`, and unsubscribing from `scoped()`: what happens to unfinished tasks. */
import { NEVER, timer } from 'rxjs';
import { AsyncValue, CancelledError, Future, Scope, scoped, UnawaitedError, type ExitMode } from 'sluice';
import { nextTurn } from '../support/recording-observer';
import { failureOf } from '../support/failure-of';
import { recordOutcome, onVirtualTime, noReports, reportsOf, openScope } from './reports';

const no = new Error('no');

describe('exitMode', () => {
  const closedWithMode = (exitMode: ExitMode): { at?: number; value?: unknown; error?: unknown; task: string } => {
    let outcome = {};
    onVirtualTime((now) => {
      let task: AsyncValue<unknown> = new AsyncValue();
      const body = (scope: Scope): string => {
        task = scope.start(timer(5));
        return 'body';
      };
      const ended = recordOutcome(scoped(body, { exitMode }), now);
      timer(9).subscribe(() => (outcome = { ...ended, task: task.isError ? 'cancelled' : 'ended' }));
    });
    return outcome as ReturnType<typeof closedWithMode>;
  };

  it("'wait' waits for unfinished tasks", () =>
    expect(closedWithMode('wait')).toEqual({ value: 'body', at: 5, task: 'ended' }));
  it("'cancel' cancels unfinished tasks", () =>
    expect(closedWithMode('cancel')).toEqual({ value: 'body', at: 0, task: 'cancelled' }));
  it("'throw' cancels unfinished tasks and fails the scope with an UnawaitedError", () => {
    const { error, task } = closedWithMode('throw');
    expect(error).toMatchObject({ errors: [expect.any(UnawaitedError)] });
    expect(task).toBe('cancelled');
  });
});

describe("exitMode 'throw'", () => {
  const raised = (body: (scope: Scope) => Promise<unknown>): Promise<unknown> =>
    scoped(body, { exitMode: 'throw', errorMode: 'continue', name: 'strict' }).then(
      () => undefined,
      (error: unknown) => error,
    );

  it('names each task without a waiter, also when the task has ended', async () => {
    const error = await raised(async (scope) => {
      scope.start(function quick() {
        return 1;
      });
      scope.start(function slow() {
        return NEVER;
      });
      await nextTurn();
    });
    expect(error).toMatchObject({ errors: [{ task: 'quick' }, { task: 'slow', scope: 'strict' }] });
  });

  it('accepts tasks that had a waiter, before their end or after it', async () => {
    const error = await raised(async (scope) => {
      const [early, late, read] = [scope.start(() => nextTurn()), scope.start(() => 1), scope.start(() => 2)];
      await early;
      await late;
      return read.value;
    });
    expect(error).toBeUndefined();
  });

  it('accepts tasks that another task waits for', async () => {
    const gate = new AsyncValue<void>();
    const error = await raised(async (scope) => {
      const [inner] = [scope.start(gate)];
      const outer = scope.start(() => inner);
      setTimeout(() => gate.set(), 2);
      await outer;
    });
    expect(error).toBeUndefined();
  });

  it('accepts cancelled tasks', async () => {
    expect(
      await raised(async (scope) => {
        scope.start(NEVER).cancel();
        await nextTurn();
      }),
    ).toBeUndefined();
  });

  it('reports the failure of a failed task instead of an UnawaitedError', async () => {
    const error = await raised(async (scope) => {
      scope.start(() => Promise.reject(no));
      await nextTurn();
    });
    expect(error).toMatchObject({ errors: [no] });
  });

  it('reports no UnawaitedError when the body has failed', async () => {
    const error = await raised(async (scope) => {
      scope.start(() => 1);
      await nextTurn();
      throw no;
    });
    expect(error).toBe(no);
  });
});

describe('await using', () => {
  it('cancels unfinished tasks, and waits for their clean-up', async () => {
    const log: string[] = [];
    let value: AsyncValue<unknown> | undefined;
    {
      await using scope = openScope();
      value = scope.start(function* () {
        try {
          yield NEVER;
        } finally {
          yield nextTurn();
          log.push('cleaned up');
        }
      });
      await nextTurn();
    }
    log.push('left');
    expect(log).toEqual(['cleaned up', 'left']);
    expect(value.error).toBeInstanceOf(CancelledError);
  });

  it("waits for unfinished tasks with exitMode 'wait'", async () => {
    let value: AsyncValue<number> | undefined;
    {
      await using scope = openScope({ exitMode: 'wait' });
      value = scope.start(async () => {
        await nextTurn();
        return 7;
      });
    }
    expect(value.value).toBe(7);
  });

  it('throws the ScopeError of failed tasks', async () => {
    const leave = async (): Promise<void> => {
      await using scope = openScope();
      scope.start(() => Promise.reject(no));
      await nextTurn();
    };
    expect(await failureOf(leave())).toMatchObject({ errors: [no] });
  });
});

describe('a scoped() that is unsubscribed', () => {
  /** Subscribes, unsubscribes after 1 ms, and returns what is reported. */
  const reportsAfterUnsubscribe = (body: (scope: Scope) => Generator<unknown, unknown, never>): Promise<unknown> =>
    reportsOf(async () => {
      const subscription = scoped(body).subscribe();
      await new Promise((resolve) => setTimeout(resolve, 1));
      subscription.unsubscribe();
      await new Promise((resolve) => setTimeout(resolve, 5));
    });

  it('runs the clean-up of the body, of tasks and of finalisers to its end', () => {
    const log: string[] = [];
    onVirtualTime((now) => {
      const cleaning = (name: string, ms: number) =>
        function* () {
          try {
            yield NEVER;
          } finally {
            yield timer(ms);
            log.push(`${name} at ${String(now())}`);
          }
        };
      const subscription = scoped(function* (scope) {
        scope.ensure(function* () {
          yield timer(3);
          log.push(`finaliser at ${String(now())}`);
        });
        scope.start(cleaning('task', 2));
        yield* cleaning('body', 1)();
      }).subscribe();
      timer(1).subscribe(() => subscription.unsubscribe());
    });
    expect(log).toEqual(['body at 2', 'task at 3', 'finaliser at 6']);
  });

  it('reports a later failure once, to config.onUnhandledError', async () => {
    const reports = await reportsAfterUnsubscribe(function* (scope) {
      scope.ensure(() => Promise.reject(no));
      yield NEVER;
    });
    expect(reports).toEqual({ unhandled: [expect.objectContaining({ errors: [no] })], printed: [] });
  });

  it('reports the error of a finally block of the body', async () => {
    const reports = await reportsAfterUnsubscribe(function* () {
      try {
        yield NEVER;
      } finally {
        yield Future.fail(no);
      }
    });
    expect(reports).toEqual({ unhandled: [no], printed: [] });
  });

  it('reports nothing when nothing fails', async () => {
    expect(
      await reportsAfterUnsubscribe(() =>
        (function* () {
          yield NEVER;
        })(),
      ),
    ).toEqual(noReports);
  });

  it('is waited for by the enclosing task, and passes its failure to the scope of that task', () => {
    onVirtualTime((now) => {
      const outer = openScope();
      outer.start(
        scoped(function* (scope) {
          scope.ensure(function* () {
            yield timer(4);
            throw no;
          });
          yield NEVER;
        }),
      );
      timer(1).subscribe(() => outer.cancel());
      const closed = recordOutcome(outer.close(), now);
      timer(9).subscribe(() => {
        expect(closed.at).toBe(5);
        expect(closed.error).toMatchObject({ errors: [{ errors: [no] }] });
      });
    });
    expect.assertions(2);
  });
});
