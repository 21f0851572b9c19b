/** Deeply nested scopes. */
import { Future, loop, scoped, ScopeDeadlockError, task, type Scope, type ScopeTask } from 'sluice';
import { nextTurn } from '../support/recording-observer';
import { recordWarnings } from '../support/record-warnings';
import { failureOf } from '../support/failure-of';
import { openScope } from './reports';
import { growthOf } from '../support/cpu-time';

describe('a deeply nested scope', () => {
  it('is cancelled with the outermost of ten thousand scopes', () => {
    const outermost = openScope();
    let innermost = outermost;
    for (let depth = 0; depth < 10_000; depth++) innermost = innermost.fork();
    outermost.cancel();
    expect(innermost.signal.aborted).toBe(true);
  });

  it('cancels its work in the order tasks, child scopes, body', () => {
    const log: string[] = [];
    const scope = openScope();
    const record = (name: string, of: Scope): void =>
      (of.start(Promise.resolve()) as unknown as ScopeTask).signal.addEventListener('abort', () => log.push(name));
    record('task', scope);
    const child = scope.fork();
    record('task of the child', child);
    record('task of the grandchild', child.fork());
    record('task of the second child', scope.fork());
    scope.cancel();
    expect(log).toEqual(['task', 'task of the child', 'task of the grandchild', 'task of the second child']);
  });

  it('costs the same at every depth', async () => {
    const nested = (depth: number): Future<number> =>
      depth === 0
        ? Future.of(0)
        : scoped(function* () {
            return (yield* nested(depth - 1)) + 1;
          });
    expect(await nested(10_000)).toBe(10_000);
    // Each level costs the same: 64 times as much where it costs as much as all those above it.
    expect(await growthOf(nested, 500, 4_000)).toBeLessThan(24);
  });
});

describe('a task of an inner `scoped` that waits for an outer scope to close', () => {
  it('fails with a ScopeDeadlockError', async () => {
    const failed = scoped((outer) =>
      scoped((inner) =>
        inner.start(
          task(function* () {
            yield outer.close();
          })(),
        ),
      ),
    );
    expect(await failureOf(failed)).toBeInstanceOf(ScopeDeadlockError);
  });

  it('fails with a ScopeDeadlockError when the outer scope is that of a loop', async () => {
    const world = loop();
    const work = scoped((scope) =>
      scope.start(
        task(function* () {
          yield world.close();
        })(),
      ),
    );
    expect(await failureOf(world.run([work]))).toBeInstanceOf(ScopeDeadlockError);
  });

  it('waits without an error if it was started detached, with start()', async () => {
    const scope = openScope();
    const closed: unknown[] = [];
    scope.start(async () => {
      const late = task(async () => {
        await nextTurn();
        await scope.close();
        return 'closed';
      });
      late()
        .start()
        .subscribe({ next: (it) => closed.push(it), error: (error: unknown) => closed.push(error) });
      await nextTurn();
      await nextTurn();
    });
    for (let turns = 0; turns < 6; turns++) await nextTurn();
    expect(closed).toEqual(['closed']);
  });
});

describe('a task that blocks on a task started after it', () => {
  recordWarnings(); // of block() inside tasks

  it.each([
    ['a function', (later: () => number) => later],
    [
      'a generator function',
      (later: () => number) =>
        function* () {
          return later();
        },
    ],
  ])('gets its value: %s', async (_, bodyOf) => {
    const value = scoped((scope) => {
      const first = scope.start(bodyOf(() => second.block()));
      const second = scope.start(() => 5);
      return first;
    });
    expect(await value).toBe(5);
  });
});
