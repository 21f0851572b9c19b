/** Observables in a thread: what they leave to it, when they have failed and while they go on. */
import { count, lastValueFrom } from 'rxjs';
import { type WorkerTask } from 'sluice/pool';
import { usePool, settle } from './pool-fixture';

describe('an Observable that a thread is subscribed to', () => {
  it('does not put that thread to sleep for ever when its task has failed by a fault, and it goes on', () =>
    usePool({ size: 1 }, async (pool) => {
      // The thread can't be replaced as long as the task runs that has asked for the other.
      const outer = pool.do(function (this: WorkerTask) {
        const inner = this.do(() => {
          // eslint-disable-next-line @typescript-eslint/no-require-imports -- what a thread is sent imports nothing else
          const { Observable } = require('rxjs') as typeof import('rxjs');
          return new Observable<number>((subscriber) => {
            setTimeout(() => {
              // More than anybody has asked for, or will.
              setImmediate(() => {
                for (let n = 0; n < 1_000; n++) subscriber.next(n);
              });
              throw new Error('a fault');
            }, 5);
          });
        });
        return inner.then(
          () => 'no error',
          (error: unknown) => (error as Error).message,
        );
      });
      expect(await settle(outer)).toBe('a fault');
      expect(await settle(pool.do(() => 'next'))).toBe('next');
      expect(pool.stats.threads).toBe(1);
    }));

  it.each(['concatMap', 'mergeMap', 'switchMap'])(
    'lets go of the subscriptions within it that have ended: a million of %s in 64 MB',
    (operator) =>
      usePool({ size: 1, resourceLimits: { maxOldGenerationSizeMb: 64 } }, async (pool) => {
        const streams = pool.task({ url: require.resolve('./inner-streams.cjs'), name: 'innerStreams' });
        expect(await lastValueFrom(streams(operator, 1_000_000).pipe(count()))).toBe(0);
        expect(pool.stats.threads).toBe(1);
      }),
  );
});
