import { concat, delay, finalize, of, range, Subject, timer } from 'rxjs';
import { Limiter, limitMap } from 'sluice';
import { marbles } from '../support/marbles';

it(
  'smoke',
  marbles((m) => {
    const limiter = new Limiter({ rate: { count: 1, per: 3 } });
    m.expect(
      m.cold('abc|').pipe(
        limitMap(
          limiter,
          () => 'k',
          (v) => of(v),
        ),
      ),
    ).toBeObservable('a--b--(c|)');
  }),
);
it(
  'ordered',
  marbles((m) => {
    const limiter = new Limiter({ concurrency: 2 });
    m.expect(
      m.cold('(abc|)').pipe(
        limitMap(
          limiter,
          () => 'k',
          (v) => of(v).pipe(delay(v === 'a' ? 5 : 2)),
          { ordered: true },
        ),
      ),
    ).toBeObservable('-----(abc|)');
  }),
);
it('many', () => {
  const t = performance.now();
  const limiter = new Limiter({ concurrency: 50, perKey: { concurrency: 2 } });
  let n = 0;
  range(0, 100_000)
    .pipe(
      limitMap(
        limiter,
        (v) => v % 1000,
        (v) => of(v),
      ),
    )
    .subscribe(() => n++);
  console.log(n, performance.now() - t, limiter.stats.keys.size);
});
