/** The scheduler of an ended request is garbage-collected with its caches, although results or waits of it are kept. */
import { runAlone } from '../support/process';

function schedulersAlive(perRequest: string): number {
  const { lines, stderr } = runAlone(
    `
    const { BatchScheduler } = require('sluice');
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const nameOf = batch((ids) => ids.map(String), { cache: true });
    const hungBatch = batch(() => new Promise(() => {}));
    const kept = [];
    (async () => {
      const schedulers = [];
      for (let i = 0; i < 30; i++) {
        const request = new BatchScheduler();
        schedulers.push(new WeakRef(request));
        await request.run(async () => { ${perRequest} });
      }
      for (let i = 0; i < 3; i++) { await sleep(5); gc(); }
      console.log(schedulers.filter((one) => one.deref()).length, kept.length);
    })();`,
    { flags: ['--expose-gc'] },
  );
  expect(stderr).toBe('');
  return Number.parseInt(lines[0] ?? '', 10);
}

it('a key whose resolver hangs does not keep the scheduler', () => {
  expect(schedulersAlive('hungBatch(i).subscribe();')).toBeLessThan(5);
});
it('a kept value of started work does not keep the scheduler', () => {
  expect(schedulersAlive('const value = nameOf(i).start(); await value; kept.push(value);')).toBeLessThan(5);
});
