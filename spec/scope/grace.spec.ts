/** The patience with what was cancelled and will not end. */
import { NEVER, timer } from 'rxjs';
import { AsyncValue, scoped, ScopeError, TaskLeakError } from 'sluice';
import { turn } from '../future/hear';
import { ending, failureOf, inTime, nothing, reportsOf, endOf, openScope } from './reports';

const no = new Error('no');

describe('grace', () => {
  const stubborn = (): Promise<never> => new Promise(() => undefined);

  it('gives up a task that will not end, and says which, and where it was started', () => {
    const { error, at } = endOf((now) => {
      const scope = openScope({ grace: 5, name: 'crawl' });
      scope.start(stubborn);
      timer(1).subscribe(() => scope.cancel());
      return ending(scope.close(), now);
    });
    expect(at).toBe(6);
    const [leak] = (error as ScopeError).errors as TaskLeakError[];
    expect(leak).toBeInstanceOf(TaskLeakError);
    expect(leak).toMatchObject({ scope: 'crawl', task: 'stubborn' });
    expect(leak?.message).toMatch(/started at .*grace\.spec\.ts:\d+/);
  });

  it('gives up a body too, and says where its scope was made', () => {
    const { error } = endOf((now) => ending(scoped(stubborn, { grace: 5, timeout: 5 }), now));
    const leak = (error as ScopeError).errors.find((one) => one instanceof TaskLeakError) as TaskLeakError;
    expect(leak.message).toMatch(/started at .*grace\.spec\.ts:\d+/);
  });

  it('does not hurry what has not been cancelled', () => {
    const { at } = endOf((now) => {
      const scope = openScope({ grace: 5 });
      scope.start(timer(50));
      return ending(scope.close(), now);
    });
    expect(at).toBe(50);
  });

  it('leaves those alone who end in time', () => {
    const { error, at } = endOf((now) => {
      const scope = openScope({ grace: 5 });
      scope.start(function* () {
        try {
          yield NEVER;
        } finally {
          yield timer(4);
        }
      });
      timer(1).subscribe(() => scope.cancel());
      return ending(scope.close(), now);
    });
    expect([error, at]).toEqual([undefined, 5]);
  });

  it('makes room for the next, where so many run at once', () => {
    const log: string[] = [];
    inTime(() => {
      const scope = openScope({ grace: 5, concurrency: 1, errorMode: 'continue' });
      const first = scope.start(stubborn);
      scope.start(() => log.push('second'));
      timer(1).subscribe(() => first.cancel());
    });
    expect(log).toEqual(['second']);
  });

  /** A task that is given up, and then ends in its own way. */
  const givenUp = async (isOpen: boolean, end: (gate: AsyncValue<void>) => void): Promise<unknown> => {
    const gate = new AsyncValue<void>();
    const scope = openScope({ grace: 1 });
    if (isOpen) scope.ensure(() => new Promise((resolve) => setTimeout(resolve, 10)));
    scope.start(async () => gate);
    await turn();
    scope.cancel();
    const closed = failureOf(scope.close());
    if (!isOpen) await closed;
    await new Promise((resolve) => setTimeout(resolve, 4));
    end(gate);
    return closed;
  };

  it('keeps the late failure of a task that was given up: it is reported', async () => {
    const reports = await reportsOf(async () => {
      await givenUp(false, (gate) => gate.fail(no));
    });
    expect(reports).toEqual({ unhandled: [no], printed: [] });
  });

  it('tells it with the others while the scope is still open', async () => {
    const reports = await reportsOf(async () => {
      const error = await givenUp(true, (gate) => gate.fail(no));
      expect(error).toMatchObject({ errors: [expect.any(TaskLeakError), no] });
    });
    expect(reports).toEqual(nothing);
  });

  it('has no word for a late value', async () => {
    const reports = await reportsOf(async () => {
      await givenUp(false, (gate) => gate.set());
    });
    expect(reports).toEqual(nothing);
  });
});
