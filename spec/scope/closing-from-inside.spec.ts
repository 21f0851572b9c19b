/** Work of a scope that waits for the end of its own scope fails with a ScopeDeadlockError. */
import { AsyncValue, Scope, scoped, ScopeDeadlockError, task } from 'sluice';
import { nextTurn, thrownBy } from '../support/recording-observer';
import { failureOf } from '../support/failure-of';
import { openScope } from './reports';

describe('close() called from inside the scope', () => {
  const insides: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['the generator body', async () => scoped((scope) => caughtIn(scope))],
    [
      'the async body, after an await',
      () =>
        scoped(async (scope) => {
          await nextTurn();
          return failureOf(scope.close());
        }).then((error) => error),
    ],
    ['a task', () => seenIn((scope) => scope.start(() => caughtIn(scope)))],
    [
      'an async task, after an await',
      () =>
        seenIn((scope) =>
          scope.start(async () => {
            await nextTurn();
            return failureOf(scope.close());
          }),
        ),
    ],
    ['a task in a task', () => seenIn((scope) => scope.start(() => task(() => caughtIn(scope))()))],
    ['a task of a child scope', () => seenIn((scope) => scope.fork().start(() => caughtIn(scope)))],
    ['a scope in a task', () => seenIn((scope) => scope.start(() => scoped(() => caughtIn(scope))))],
    [
      'a finaliser',
      async () => {
        const scope = openScope();
        let seen: unknown;
        scope.ensure(function* () {
          seen = yield* caughtIn(scope);
        });
        await scope.close();
        return seen;
      },
    ],
    [
      'a finaliser of a child scope, after an await',
      async () => {
        const scope = openScope();
        let seen: unknown;
        scope.fork().ensure(async () => {
          await nextTurn();
          seen = await failureOf(scope.close());
        });
        await scope.close();
        return seen;
      },
    ],
    ['a task that blocks', () => seenIn((scope) => scope.start(() => thrownBy(() => scope.close().block())))],
  ];
  const caughtIn = task(function* (scope: Scope) {
    try {
      return yield* scope.close();
    } catch (error) {
      return error;
    }
  });
  const seenIn = async (start: (scope: Scope) => AsyncValue<unknown>): Promise<unknown> => {
    const scope = openScope();
    const value = start(scope);
    await nextTurn();
    await scope.close();
    return value.value;
  };

  it.each(insides)('fails a waiter inside the scope with a ScopeDeadlockError: %s', async (_, seen) => {
    expect(await seen()).toBeInstanceOf(ScopeDeadlockError);
  });

  it('closes the scope when the caller does not wait', async () => {
    const log: string[] = [];
    const value = await scoped(async (scope) => {
      scope.start(() => void scope.close());
      scope.close();
      await nextTurn();
      log.push('body');
      return 'value';
    });
    expect([value, log]).toEqual(['value', ['body']]);
  });

  it('is not a deadlock for a parent that waits for its child, or for a sibling scope', async () => {
    const [parent, other] = [openScope(), openScope()];
    const child = parent.fork();
    parent.start(() => child.close());
    parent.start(() => other.close());
    await parent.close();
    expect([child.close().isSet, other.close().isSet]).toEqual([true, true]);
  });
});
