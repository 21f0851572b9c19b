/** The option `concurrency` of a scope bounds how many of its tasks run at a time. */
import { NEVER, timer } from 'rxjs';
import { Future, Scope } from 'sluice';
import { recordOutcome, onVirtualTime, openScope } from './reports';

const no = new Error('no');

describe('the concurrency of a scope', () => {
  /** Starts `count` tasks of 1 ms each, and returns their start times. */
  const beginnings = (count: number, concurrency: number, meanwhile?: (scope: Scope) => void): number[] => {
    const began: number[] = [];
    onVirtualTime((now) => {
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

  it('is the number of tasks that run at a time', () => expect(beginnings(5, 2)).toEqual([0, 0, 1, 1, 2]));
  it('is unlimited by default', () => expect(beginnings(4, Infinity)).toEqual([0, 0, 0, 0]));
  it('of 0 pauses the scope', () => expect(beginnings(2, 0)).toEqual([]));
  it('can be raised while tasks wait', () => {
    const raise = (scope: Scope): void => void timer(5).subscribe(() => (scope.concurrency = 2));
    expect(beginnings(3, 0, raise)).toEqual([5, 5, 6]);
  });
  it('can be lowered while tasks run, which continue', () => {
    const lower = (scope: Scope): void => void timer(0).subscribe(() => (scope.concurrency = 1));
    expect(beginnings(4, 2, lower)).toEqual([0, 0, 1, 2]);
  });
  it('can be read', () => expect(openScope({ concurrency: 3 }).concurrency).toBe(3));
  it('starts the next task when one fails or is cancelled', () => {
    const log: string[] = [];
    onVirtualTime(() => {
      const scope = openScope({ concurrency: 1, errorMode: 'continue' });
      scope.start(() => Future.fail(no));
      const hanging = scope.start(NEVER);
      scope.start(() => log.push('third'));
      timer(1).subscribe(() => hanging.cancel());
    });
    expect(log).toEqual(['third']);
  });
  it('does not prevent the cancellation of a paused scope', () => {
    onVirtualTime(() => {
      const scope = openScope({ concurrency: 0 });
      const value = scope.start(() => 1);
      scope.cancel();
      expect(value.isError).toBe(true);
      expect(recordOutcome(scope.close())).toHaveProperty('value', undefined);
    });
  });
});
