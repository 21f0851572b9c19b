/** Calls on a scope that is cancelled or closed: each has a defined result, and none hangs. */
import { NEVER, Subject } from 'rxjs';
import { Scope, ScopeClosedError, scoped } from 'sluice';
import { thrownBy } from '../support/recording-observer';
import { failureOf } from '../support/failure-of';
import { openScope } from './reports';

const no = new Error('no');

describe('a closed scope', () => {
  const calls: readonly (readonly [string, (scope: Scope) => unknown])[] = [
    ['start', (scope) => scope.start(() => 1)],
    ['fork', (scope) => scope.fork()],
    ['ensure', (scope) => scope.ensure(() => undefined)],
  ];
  it.each(calls)('refuses %s', async (action, call) => {
    const scope = openScope({ name: 'over' });
    await scope.close();
    const error = thrownBy(() => call(scope));
    expect(error).toBeInstanceOf(ScopeClosedError);
    expect((error as Error).message).toMatch(`${action} came too late: scope "over" is closed.`);
  });
  it.each(calls)('refuses %s called by its finalisers', async (_, call) => {
    const scope = openScope();
    let error: unknown;
    scope.ensure(() => void (error = thrownBy(() => call(scope))));
    await scope.close();
    expect(error).toBeInstanceOf(ScopeClosedError);
  });
  it('ignores cancel()', async () => {
    const scope = openScope();
    await scope.close();
    scope.cancel('late');
    expect(scope.signal.aborted).toBe(false);
  });
  it('can be disposed', async () => {
    const scope = openScope();
    await scope.close();
    await scope[Symbol.asyncDispose]();
  });
});

describe('a cancelled scope', () => {
  it('refuses start and fork, with the reason of its cancellation as cause', () => {
    const scope = openScope();
    scope.cancel(no);
    for (const call of [() => scope.start(() => 1), () => scope.fork()]) {
      expect(thrownBy(call)).toMatchObject({ code: 'SLUICE_SCOPE_CLOSED', cause: { reason: no } });
    }
  });
  it('accepts finalisers, so that resources are released', async () => {
    const scope = openScope();
    const finaliser = jest.fn();
    scope.cancel();
    scope.ensure(finaliser);
    await scope.close();
    expect(finaliser).toHaveBeenCalledTimes(1);
  });
  it('refuses start() from a listener of its cancellation', () => {
    const scope = openScope();
    let error: unknown;
    scope.signal.addEventListener('abort', () => (error = thrownBy(() => scope.start(() => 1))));
    scope.cancel();
    expect(error).toBeInstanceOf(ScopeClosedError);
  });
  it('has cancelled all its work when cancel() returns', () => {
    const scope = openScope();
    const values = [scope.start(NEVER), scope.fork().start(new Subject())];
    scope.cancel();
    expect(values.map(({ isError }) => isError)).toEqual([true, true]);
  });
  it('never calls a body, and fails with the reason of the cancellation', async () => {
    const body = jest.fn();
    const error = await failureOf(scoped(body, { signal: AbortSignal.abort(no) }));
    expect(error).toMatchObject({ code: 'SLUICE_CANCELLED', reason: no });
    expect(body).not.toHaveBeenCalled();
  });
});
