/** Cancelling a task of a scope: what the task receives, and when it settles. */
import { fromEvent, NEVER, timer } from 'rxjs';
import { AsyncValue, CancelledError, type ScopeTask } from 'sluice';
import { nextTurn } from '../support/recording-observer';
import { failureOf } from '../support/failure-of';
import { recordOutcome, onVirtualTime, openScope } from './reports';

const no = new Error('no');

describe('a task that is cancelled', () => {
  it('has a signal whose reason is a CancelledError with the given reason', async () => {
    const scope = openScope();
    const reasons: unknown[] = [];
    scope.start(({ signal }) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      return NEVER;
    });
    await nextTurn();
    scope.cancel(no);
    await scope.close();
    expect(reasons).toEqual([expect.objectContaining({ code: 'SLUICE_CANCELLED', reason: no })]);
  });

  it('keeps the first reason', () => {
    onVirtualTime(() => {
      const scope = openScope();
      const value = scope.start(function* () {
        try {
          yield NEVER;
        } finally {
          yield timer(1);
        }
      });
      timer(1).subscribe(() => {
        value.cancel('first');
        value.cancel('second');
        scope.cancel('third');
      });
      const ended = recordOutcome(value);
      timer(9).subscribe(() => expect(ended.error).toMatchObject({ reason: 'first' }));
    });
    expect.assertions(1);
  });

  it('settles when its finally blocks have ended', () => {
    onVirtualTime((now) => {
      const scope = openScope();
      const value = scope.start(function* () {
        try {
          yield NEVER;
        } finally {
          yield timer(5);
        }
      });
      const ended = recordOutcome(value, now);
      timer(1).subscribe(() => scope.cancel());
      timer(9).subscribe(() => expect(ended).toMatchObject({ error: expect.any(CancelledError) as unknown, at: 6 }));
    });
    expect.assertions(1);
  });

  it('settles when its promise settles, and keeps the value of the promise', async () => {
    const gate = new AsyncValue<string>();
    const scope = openScope();
    const value = scope.start(async () => gate);
    await nextTurn();
    scope.cancel();
    await nextTurn();
    expect(value.isSet).toBe(false);
    gate.set('kept');
    expect(await value).toBe('kept');
    await scope.close();
  });

  it('does not fail the scope if it ends with an AbortError or the reason of its signal', async () => {
    const scope = openScope();
    const aborted = (error: (signal: AbortSignal) => unknown) => async (scopeTask: ScopeTask) => {
      await new Promise((resolve) => fromEvent(scopeTask.signal, 'abort').subscribe(resolve));
      throw error(scopeTask.signal);
    };
    const values = [
      scope.start(aborted(() => new DOMException('stopped', 'AbortError'))),
      scope.start(aborted((signal) => signal.reason)),
    ];
    await nextTurn();
    scope.cancel('enough');
    await scope.close();
    expect(values.map(({ error }) => error)).toEqual([
      expect.objectContaining({ reason: 'enough' }),
      expect.objectContaining({ reason: 'enough' }),
    ]);
  });

  it('fails the scope if it throws the reason given to cancel()', async () => {
    const scope = openScope();
    scope.start(async ({ signal }) => {
      await new Promise((resolve) => fromEvent(signal, 'abort').subscribe(resolve));
      throw (signal.reason as CancelledError).reason;
    });
    await nextTurn();
    scope.cancel(no);
    expect(await failureOf(scope.close())).toMatchObject({ errors: [no] });
  });

  it('fails the scope if it throws an AbortError although it was not cancelled', async () => {
    const scope = openScope();
    const abort = new DOMException('stopped', 'AbortError');
    scope.start(() => Promise.reject(abort));
    expect(await failureOf(scope.close())).toMatchObject({ errors: [abort] });
  });

  it('can cancel itself', async () => {
    const scope = openScope();
    const value: AsyncValue<unknown> = scope.start(function* () {
      value.cancel('had enough');
      yield NEVER;
    });
    await scope.close();
    expect(value.error).toMatchObject({ reason: 'had enough' });
  });
});
