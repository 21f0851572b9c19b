/** Observables on a thread that go on after their task has failed, or hold many inner subscriptions. */
import { count, lastValueFrom } from 'rxjs';
import { type WorkerTask } from 'sluice/pool';
import { usePool, settle } from './pool-fixture';

describe('an Observable that is subscribed to on a thread', () => {
  it('does not block its thread for ever when it goes on after its task has failed', () =>
    usePool({ size: 1 }, async (pool) => {
      // The thread cannot be replaced while the task runs that made the nested call.
      const outer = pool.do(function (this: WorkerTask) {
        const inner = this.do(() => {
          // eslint-disable-next-line @typescript-eslint/no-require-imports -- what a thread is sent imports nothing else
          const { Observable } = require('rxjs') as typeof import('rxjs');
          return new Observable<number>((subscriber) => {
            setTimeout(() => {
              // More items than the subscriber demands.
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
    'releases its inner subscriptions that have ended: a million of %s in 64 MB',
    (operator) =>
      usePool({ size: 1, resourceLimits: { maxOldGenerationSizeMb: 64 } }, async (pool) => {
        const streams = pool.task({ url: require.resolve('./inner-streams.cjs'), name: 'innerStreams' });
        expect(await lastValueFrom(streams(operator, 1_000_000).pipe(count()))).toBe(0);
        expect(pool.stats.threads).toBe(1);
      }),
  );
});
