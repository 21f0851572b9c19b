/** Actions of `pool.scheduler` that schedule each other for ever and add no work, so that the pool always has room. */
import { runAlone } from '../../support/process';

describe('an endless iterable on pool.scheduler that adds no work to the pool', () => {
  it.each([
    ['a timer', 'rx.timer(50)'],
    ['a task of that pool', 'pool.task(() => 1)()'],
  ])('yields to the event loop, so that it can be ended: %s', (_, notifier) => {
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
