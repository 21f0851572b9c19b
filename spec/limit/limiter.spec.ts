import { timer } from 'rxjs';
import { Limiter, Future } from 'sluice';
import { testScheduler } from '../support/virtual-time';

it('smoke', () => {
  const log: unknown[] = [];
  testScheduler().run(({ flush }) => {
    const limiter = new Limiter({ concurrency: 2, rate: { count: 10, per: 1000 }, perKey: { concurrency: 1 } });
    for (const key of ['a', 'a', 'a', 'b', 'c'])
      limiter.run(key, () => timer(150)).subscribe(() => log.push([key, limiter.stats.running]));
    log.push(limiter.stats);
    flush();
    log.push(limiter.stats);
  });
  console.log(JSON.stringify(log));
});
