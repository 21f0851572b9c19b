/** The `grace` of a scope: how long it waits for a cancelled task that does not end. */
import { NEVER, timer } from 'rxjs';
import { AsyncValue, scoped, ScopeError, TaskLeakError } from 'sluice';
import { nextTurn } from '../support/recording-observer';
import { failureOf } from '../support/failure-of';
import { recordOutcome, onVirtualTime, noReports, reportsOf, outcomeOf, openScope } from './reports';

const no = new Error('no');

describe('grace', () => {
  const stubborn = (): Promise<never> => new Promise(() => undefined);

  it('abandons a task that does not end, with an error that names the task and its call site', () => {
    const { error, at } = outcomeOf((now) => {
      const scope = openScope({ grace: 5, name: 'crawl' });
      scope.start(stubborn);
      timer(1).subscribe(() => scope.cancel());
      return recordOutcome(scope.close(), now);
    });
    expect(at).toBe(6);
    const [leak] = (error as ScopeError).errors as TaskLeakError[];
    expect(leak).toBeInstanceOf(TaskLeakError);
    expect(leak).toMatchObject({ scope: 'crawl', task: 'stubborn' });
    expect(leak?.message).toMatch(/started at .*grace\.spec\.ts:\d+/);
  });

  it('abandons a body too, with an error that names the call site of scoped()', () => {
    const { error } = outcomeOf((now) => recordOutcome(scoped(stubborn, { grace: 5, timeout: 5 }), now));
    const leak = (error as ScopeError).errors.find((one) => one instanceof TaskLeakError) as TaskLeakError;
    expect(leak.message).toMatch(/started at .*grace\.spec\.ts:\d+/);
  });

  it('does not apply to work that was not cancelled', () => {
    const { at } = outcomeOf((now) => {
      const scope = openScope({ grace: 5 });
      scope.start(timer(50));
      return recordOutcome(scope.close(), now);
    });
    expect(at).toBe(50);
  });

  it('does not apply to cancelled tasks that end in time', () => {
    const { error, at } = outcomeOf((now) => {
      const scope = openScope({ grace: 5 });
      scope.start(function* () {
        try {
          yield NEVER;
        } finally {
          yield timer(4);
        }
      });
      timer(1).subscribe(() => scope.cancel());
      return recordOutcome(scope.close(), now);
    });
    expect([error, at]).toEqual([undefined, 5]);
  });

  it('starts the next waiting task when it abandons one', () => {
    const log: string[] = [];
    onVirtualTime(() => {
      const scope = openScope({ grace: 5, concurrency: 1, errorMode: 'continue' });
      const first = scope.start(stubborn);
      scope.start(() => log.push('second'));
      timer(1).subscribe(() => first.cancel());
    });
    expect(log).toEqual(['second']);
  });

  /** A task that is abandoned after `grace`, and ends later. */
  const givenUp = async (isOpen: boolean, end: (gate: AsyncValue<void>) => void): Promise<unknown> => {
    const gate = new AsyncValue<void>();
    const scope = openScope({ grace: 1 });
    if (isOpen) scope.ensure(() => new Promise((resolve) => setTimeout(resolve, 10)));
    scope.start(async () => gate);
    await nextTurn();
    scope.cancel();
    const closed = failureOf(scope.close());
    if (!isOpen) await closed;
    await new Promise((resolve) => setTimeout(resolve, 4));
    end(gate);
    return closed;
  };

  it('reports the late failure of an abandoned task after the scope has closed', async () => {
    const reports = await reportsOf(async () => {
      await givenUp(false, (gate) => gate.fail(no));
    });
    expect(reports).toEqual({ unhandled: [no], printed: [] });
  });

  it('adds the late failure of an abandoned task to the ScopeError while the scope is open', async () => {
    const reports = await reportsOf(async () => {
      const error = await givenUp(true, (gate) => gate.fail(no));
      expect(error).toMatchObject({ errors: [expect.any(TaskLeakError), no] });
    });
    expect(reports).toEqual(noReports);
  });

  it('ignores the late value of an abandoned task', async () => {
    const reports = await reportsOf(async () => {
      await givenUp(false, (gate) => gate.set());
    });
    expect(reports).toEqual(noReports);
  });
});
