/** Work that continues from callback to callback without end does not keep its past frames in memory. */
import { runAlone } from '../support/process';

/** The growth of the reachable memory, in MB, from round 500 to the last round. */
function growth(rounds: number, round: string): number {
  const { lines, stderr } = runAlone(
    `
    const { BatchScheduler, enter, TaskContext } = require('sluice');
    const { AsyncLocalStorage } = require('node:async_hooks');
    const nameOf = batch((ids) => ids.map(String));
    class Quiet extends TaskContext { pause() {} resume() {} }
    const heap = () => (gc(), gc(), process.memoryUsage().heapUsed / 1e6);
    let before;
    const at = (left) => {
      if (left === ${String(rounds)}) before = heap();
      if (left === 0) console.log(heap() - before);
      return left > 0;
    };
    ${round}
    new AsyncLocalStorage().run({ user: 'ada' }, () => new BatchScheduler().run(() => void poll(${String(rounds)} + 500)));`,
    { flags: ['--expose-gc'] },
  );
  expect(stderr).toBe('');
  return Number(lines[0]);
}

it('started work that starts the next from a timer, in a store and a request, keeps no past frames', () => {
  const round = `
    const work = task(function* (left) { yield nameOf(1); if (at(left)) setImmediate(() => poll(left - 1)); });
    const poll = (left) => void work(left).start();`;
  expect(growth(20_000, round)).toBeLessThan(4);
});

it('a task that subscribes to the next from a timer set in a context it has left keeps no past frames', () => {
  const round = `
    const work = task(function* (left) {
      const stay = enter(new Quiet());
      yield nameOf(1);
      if (at(left)) setImmediate(() => poll(left - 1));
      stay[Symbol.dispose]();
    });
    const poll = (left) => void work(left).subscribe();`;
  expect(growth(4_000, round)).toBeLessThan(1);
});
