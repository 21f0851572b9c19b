/** Closing a scope: what it waits for, and the result of calls before, during and after it. No call hangs. */
import { firstValueFrom, map, timer } from 'rxjs';
import { AsyncValue, BatchScheduler, Future, Scope, scoped } from 'sluice';
import { nextTurn, record } from '../support/recording-observer';
import { failureOf } from '../support/failure-of';
import { recordOutcome, onVirtualTime, noReports, reportsOf, openScope } from './reports';

const no = new Error('no');

/** A scope that is closing, and waits until `gate` is set. */
function closing(config: ConstructorParameters<typeof Scope>[0] = {}): {
  readonly scope: Scope;
  readonly gate: AsyncValue<void>;
  readonly closed: AsyncValue<void>;
} {
  const scope = openScope(config);
  const gate = new AsyncValue<void>();
  scope.start(gate);
  return { scope, gate, closed: scope.close() };
}

describe('Scope.close', () => {
  it('waits for the tasks', async () => {
    const { gate, closed } = closing();
    await nextTurn();
    expect(closed.isSet).toBe(false);
    gate.set();
    await closed;
  });
  it('settles at once for an empty scope', () => {
    const closed = openScope().close();
    expect(closed.isSet).toBe(true);
  });
  it('returns the same value for each call, also after the end', async () => {
    const { scope, gate, closed } = closing();
    expect(scope.close()).toBe(closed);
    gate.set();
    await closed;
    expect(scope.close()).toBe(closed);
  });
  it('fails all waiters with the same error', async () => {
    const scope = openScope();
    scope.start(() => Promise.reject(no));
    const [one, other] = await Promise.all([failureOf(scope.close()), failureOf(scope.close())]);
    expect(one).toBe(other);
    expect(await failureOf(scope.close())).toBe(one);
  });
  it('continues when a waiter unsubscribes', async () => {
    const { scope, gate, closed } = closing();
    record(closed).subscription.unsubscribe();
    gate.set();
    await closed;
    expect(scope.close().isSet).toBe(true);
  });
  it('cancels the scope when the returned value is cancelled', async () => {
    const { scope, closed } = closing();
    closed.cancel('hurry');
    await closed;
    expect(scope.signal.reason).toMatchObject({ reason: 'hurry' });
  });
  it.each(['set', 'fail'] as const)('returns a value on which %s() throws a TypeError', (method) => {
    const { closed } = closing();
    expect(() => (closed as AsyncValue<unknown>)[method](undefined)).toThrow(TypeError);
  });
  it('can be waited for with block()', () => {
    const scope = openScope();
    const log: string[] = [];
    scope.start(() => log.push('ran'));
    scope.close().block();
    expect(log).toEqual(['ran']);
  });
});

describe('closed$', () => {
  it('emits once when the scope has closed, and completes', async () => {
    const { scope, gate, closed } = closing();
    const { notifications } = record(scope.closed$);
    expect(notifications).toEqual([]);
    gate.set();
    await closed;
    expect(notifications).toEqual(['next undefined', 'complete']);
  });
  it('emits at once to a late subscriber', async () => {
    const scope = openScope();
    await scope.close();
    expect(record(scope.closed$).notifications).toEqual(['next undefined', 'complete']);
  });
  it('emits also for a scope that has failed', async () => {
    const scope = openScope();
    scope.start(() => Promise.reject(no));
    const closed = firstValueFrom(scope.closed$);
    await failureOf(scope.close());
    await closed;
  });
});

describe('a scope that is closing', () => {
  it('can be cancelled', async () => {
    const { scope, closed } = closing();
    scope.cancel();
    await closed;
  });
  it('is cancelled by a disposal whose exitMode is cancel', async () => {
    const { scope } = closing();
    await scope[Symbol.asyncDispose]();
    expect(scope.signal.aborted).toBe(true);
  });
  it('waits for tasks that its tasks start', async () => {
    const scope = openScope();
    const log: string[] = [];
    scope.start(async () => {
      await nextTurn();
      scope.start(async () => {
        await nextTurn();
        log.push('inner');
      });
    });
    await scope.close();
    expect(log).toEqual(['inner']);
  });
  it('waits for a child scope that is forked now', async () => {
    const { scope, gate, closed } = closing();
    const log: string[] = [];
    scope.fork().start(() => timer(0).pipe(map(() => log.push('child'))));
    gate.set();
    await closed;
    expect(log).toEqual(['child']);
  });
  it('accepts another finaliser', async () => {
    const { scope, gate, closed } = closing();
    const finaliser = jest.fn();
    scope.ensure(finaliser);
    gate.set();
    await closed;
    expect(finaliser).toHaveBeenCalledTimes(1);
  });
  it('runs the other finalisers when one of them cancels it', async () => {
    const scope = openScope();
    const finaliser = jest.fn();
    scope.ensure(finaliser);
    scope.ensure(() => scope.cancel('late'));
    await scope.close();
    expect(finaliser).toHaveBeenCalledTimes(1);
  });
});

it('runs a body on the scheduler option, independent of the subscriber', async () => {
  const scheduler = new BatchScheduler();
  const value = await scoped(
    function* (scope) {
      return yield* scope.start(() => Future.of(1));
    },
    { scheduler },
  );
  expect(value).toBe(1);
});

it('waits for a clean-up in virtual time', () => {
  onVirtualTime((now) => {
    const scope = openScope();
    scope.ensure(() => timer(5));
    const closed = recordOutcome(scope.close(), now);
    timer(9).subscribe(() => expect(closed.at).toBe(5));
  });
  expect.assertions(1);
});

it('reports nothing for a scope that closes without failure', async () => {
  expect(await reportsOf(() => scoped((scope) => scope.start(() => 1)).then(() => undefined))).toEqual(noReports);
});
