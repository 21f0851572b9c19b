/** Actions of `pool.scheduler` that follow upon each other for ever, and bring the pool nothing: there is always room. */
import { runAlone } from '../../support/process';

describe('an iterable without end on the scheduler of a pool, which brings the pool nothing', () => {
  it.each([
    ['a timer', 'rx.timer(50)'],
    ['a task of that pool', 'pool.task(() => 1)()'],
  ])('leaves its turn to the event loop, and so to what ends it: %s', (_, notifier) => {
    const { lines, stderr, hasEndedWell } = runAlone(`
      const { WorkerPool } = require('sluice/pool');
      const pool = new WorkerPool({ size: 2 });
      function* numbers() {
        for (let n = 0; ; n++) yield n;
      }
      pool.do(() => 'started').then(() => {
        rx.scheduled(numbers(), pool.scheduler)
          .pipe(rx.takeUntil(${notifier}))
          .subscribe({ complete: () => console.log('ended') });
      });
    `);
    expect({ lines, stderr }).toEqual({ lines: ['ended'], stderr: '' });
    expect(hasEndedWell).toBe(true);
  });
});
