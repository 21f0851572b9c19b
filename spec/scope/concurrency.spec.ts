/** How many tasks of a scope run at once. */
import { NEVER, timer } from 'rxjs';
import { Future, Scope } from 'sluice';
import { ending, inTime, openScope } from './reports';

const no = new Error('no');

describe('concurrency', () => {
  /** Starts so many that take a ms each, and says when each began. */
  const beginnings = (count: number, concurrency: number, meanwhile?: (scope: Scope) => void): number[] => {
    const began: number[] = [];
    inTime((now) => {
      const scope = openScope({ concurrency });
      for (let index = 0; index < count; index++) {
        scope.start(() => {
          began.push(now());
          return timer(1);
        });
      }
      meanwhile?.(scope);
    });
    return began;
  };

  it('is how many run at once', () => expect(beginnings(5, 2)).toEqual([0, 0, 1, 1, 2]));
  it('has no bound unless one is given', () => expect(beginnings(4, Infinity)).toEqual([0, 0, 0, 0]));
  it('of 0 pauses', () => expect(beginnings(2, 0)).toEqual([]));
  it('can be raised while tasks wait', () => {
    const raise = (scope: Scope): void => void timer(5).subscribe(() => (scope.concurrency = 2));
    expect(beginnings(3, 0, raise)).toEqual([5, 5, 6]);
  });
  it('can be lowered while tasks run: those go on', () => {
    const lower = (scope: Scope): void => void timer(0).subscribe(() => (scope.concurrency = 1));
    expect(beginnings(4, 2, lower)).toEqual([0, 0, 1, 2]);
  });
  it('can be asked for', () => expect(openScope({ concurrency: 3 }).concurrency).toBe(3));
  it('gives the place of a task that failed, or was cancelled, to the next', () => {
    const log: string[] = [];
    inTime(() => {
      const scope = openScope({ concurrency: 1, errorMode: 'continue' });
      scope.start(() => Future.fail(no));
      const hanging = scope.start(NEVER);
      scope.start(() => log.push('third'));
      timer(1).subscribe(() => hanging.cancel());
    });
    expect(log).toEqual(['third']);
  });
  it('lets a scope that is paused be cancelled', () => {
    inTime(() => {
      const scope = openScope({ concurrency: 0 });
      const value = scope.start(() => 1);
      scope.cancel();
      expect(value.isError).toBe(true);
      expect(ending(scope.close())).toHaveProperty('value', undefined);
    });
  });
});
