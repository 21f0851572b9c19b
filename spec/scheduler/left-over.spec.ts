/** Work that a drive leaves in the run queue runs later, and work between drives keeps its contexts. */
import { TaskContext, AsyncValue, batch, Future, task, within } from 'sluice';
import { WorkerPool } from 'sluice/pool';
import { runAlone } from '../support/process';
import { sleep } from '../support/sleep';

it('tasks that were ready at the timeout of a block continue after it', async () => {
  // Long enough for `first` to end within it, also on a busy machine.
  const limit = 500;
  const start = new AsyncValue<number>();
  let ended = 0;
  const slow = task(function* () {
    yield* start;
    if (ended++ === 0) for (const until = performance.now() + limit; performance.now() < until;);
  });
  const first = task(function* () {
    start.set(1);
    yield* Future.of(1);
    return 'a value';
  });
  for (let count = 0; count < 100; count++) slow().subscribe();
  expect(first().block(limit)).toBe('a value');
  expect(ended).toBeLessThan(100);
  while (ended < 100) await sleep(1);
  expect(ended).toBe(100);
});

it('an action of a pool keeps its contexts when it subscribes to a future', async () => {
  await using pool = new WorkerPool({ size: 1 });
  let isOn = false;
  class Switch extends TaskContext {
    override resume(): void {
      isOn = true;
    }
    override pause(): void {
      isOn = false;
    }
  }
  const rowOf = batch((keys: readonly number[]) => keys);
  const seen: boolean[] = [];
  const scheduling = task(function* () {
    yield new Promise<void>((resolve) => {
      pool.scheduler.schedule(() => {
        seen.push(isOn);
        rowOf(1).subscribe();
        seen.push(isOn);
        resolve();
      });
    });
  });
  await within(new Switch(), scheduling());
  expect(seen).toEqual([true, true]);
});

it('a task started outside of all stores sees no store when code in the first store of the process resumes it', () => {
  const { lines } = runAlone(`
    const { AsyncLocalStorage } = require('node:async_hooks');
    const storage = new AsyncLocalStorage();
    const gate = new AsyncValue();
    task(function* () { yield gate; console.log(storage.getStore()); })().subscribe();
    setTimeout(() => storage.run('of another', () => gate.set(1)));`);
  expect(lines).toEqual(['undefined']);
});

it('a task started outside of all stores sees no store when a clock is advanced in the first store of the process', () => {
  const { lines } = runAlone(`
    const { AsyncLocalStorage } = require('node:async_hooks');
    const { BatchScheduler } = require('sluice');
    const storage = new AsyncLocalStorage();
    const clock = new rx.VirtualTimeScheduler();
    const rowOf = batch((keys) => keys);
    const reading = task(function* () { yield rowOf(1); console.log(storage.getStore()); });
    new BatchScheduler({ clock }).run(() => reading().subscribe());
    setTimeout(() => storage.run('of another', () => clock.flush()));`);
  expect(lines).toEqual(['undefined']);
});
