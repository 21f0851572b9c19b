/** What has ended, or will never end, does not keep the scheduler of a request that is gone, with all its caches. */
import { runAlone } from '../support/process';

function alive(perRequest: string): number {
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

it('a key whose resolver hangs', () => {
  expect(alive('hungBatch(i).subscribe();')).toBeLessThan(5);
});
it('a value of started work that has arrived, and is kept', () => {
  expect(alive('const value = nameOf(i).start(); await value; kept.push(value);')).toBeLessThan(5);
});
