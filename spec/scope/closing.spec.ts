/** Closing a scope: what it waits for, and what every call has for an answer that comes at a bad time. None hangs. */
import { firstValueFrom, map, timer } from 'rxjs';
import { AsyncValue, BatchScheduler, Future, Scope, scoped } from 'sluice';
import { hear, turn } from '../future/hear';
import { ending, failureOf, inTime, nothing, reportsOf, openScope } from './reports';

const no = new Error('no');

/** A scope that waits to close until the gate is set. */
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

describe('close', () => {
  it('waits for the tasks', async () => {
    const { gate, closed } = closing();
    await turn();
    expect(closed.isSet).toBe(false);
    gate.set();
    await closed;
  });
  it('is over at once where nothing is in the scope', () => {
    const closed = openScope().close();
    expect(closed.isSet).toBe(true);
  });
  it('is one end for all who call it, also when it is over', async () => {
    const { scope, gate, closed } = closing();
    expect(scope.close()).toBe(closed);
    gate.set();
    await closed;
    expect(scope.close()).toBe(closed);
  });
  it('tells everybody the same failure', async () => {
    const scope = openScope();
    scope.start(() => Promise.reject(no));
    const [one, other] = await Promise.all([failureOf(scope.close()), failureOf(scope.close())]);
    expect(one).toBe(other);
    expect(await failureOf(scope.close())).toBe(one);
  });
  it('is not stopped by one who waits for it no longer', async () => {
    const { scope, gate, closed } = closing();
    hear(closed).subscription.unsubscribe();
    gate.set();
    await closed;
    expect(scope.close().isSet).toBe(true);
  });
  it('cancels the scope where what it gives is cancelled', async () => {
    const { scope, closed } = closing();
    closed.cancel('hurry');
    await closed;
    expect(scope.signal.reason).toMatchObject({ reason: 'hurry' });
  });
  it.each(['set', 'fail'] as const)('gives what cannot be %s by hand', (method) => {
    const { closed } = closing();
    expect(() => (closed as AsyncValue<unknown>)[method](undefined)).toThrow(TypeError);
  });
  it('can be blocked on', () => {
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
    const { heard } = hear(scope.closed$);
    expect(heard).toEqual([]);
    gate.set();
    await closed;
    expect(heard).toEqual(['next undefined', 'complete']);
  });
  it('emits to whoever comes late', async () => {
    const scope = openScope();
    await scope.close();
    expect(hear(scope.closed$).heard).toEqual(['next undefined', 'complete']);
  });
  it('emits also where the scope has failed', async () => {
    const scope = openScope();
    scope.start(() => Promise.reject(no));
    const closed = firstValueFrom(scope.closed$);
    await failureOf(scope.close());
    await closed;
  });
});

describe('while it closes', () => {
  it('it can be cancelled', async () => {
    const { scope, closed } = closing();
    scope.cancel();
    await closed;
  });
  it('it is cancelled by a disposal that cancels', async () => {
    const { scope } = closing();
    await scope[Symbol.asyncDispose]();
    expect(scope.signal.aborted).toBe(true);
  });
  it('a task may start tasks, which are waited for', async () => {
    const scope = openScope();
    const log: string[] = [];
    scope.start(async () => {
      await turn();
      scope.start(async () => {
        await turn();
        log.push('inner');
      });
    });
    await scope.close();
    expect(log).toEqual(['inner']);
  });
  it('a scope may be forked, which is waited for', async () => {
    const { scope, gate, closed } = closing();
    const log: string[] = [];
    scope.fork().start(() => timer(0).pipe(map(() => log.push('child'))));
    gate.set();
    await closed;
    expect(log).toEqual(['child']);
  });
  it('a finaliser may be added', async () => {
    const { scope, gate, closed } = closing();
    const finaliser = jest.fn();
    scope.ensure(finaliser);
    gate.set();
    await closed;
    expect(finaliser).toHaveBeenCalledTimes(1);
  });
  it('a finaliser may cancel it, and the others run', async () => {
    const scope = openScope();
    const finaliser = jest.fn();
    scope.ensure(finaliser);
    scope.ensure(() => scope.cancel('late'));
    await scope.close();
    expect(finaliser).toHaveBeenCalledTimes(1);
  });
});

it('a body is run by the scheduler that is named, whoever subscribes', async () => {
  const scheduler = new BatchScheduler();
  const value = await scoped(
    function* (scope) {
      return yield* scope.start(() => Future.of(1));
    },
    { scheduler },
  );
  expect(value).toBe(1);
});

it('a clean-up in a task that is over by virtual time is waited for', () => {
  inTime((now) => {
    const scope = openScope();
    scope.ensure(() => timer(5));
    const closed = ending(scope.close(), now);
    timer(9).subscribe(() => expect(closed.at).toBe(5));
  });
  expect.assertions(1);
});

it('nothing is reported of a scope that closes well', async () => {
  expect(await reportsOf(() => scoped((scope) => scope.start(() => 1)).then(() => undefined))).toEqual(nothing);
});
