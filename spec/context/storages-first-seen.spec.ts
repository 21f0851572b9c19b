/** A storage of which the library has seen no store yet is entered inside a task. */
import { runAlone } from '../support/process';

it('a task of a later drive does not see what the first enterWith of a storage has entered', () => {
  // In a process of its own, because jest runs each test inside a store.
  const { lines, stderr } = runAlone(`
    const { AsyncLocalStorage } = require('node:async_hooks');
    const { BatchScheduler } = require('sluice');
    const als = new AsyncLocalStorage();
    const [first, second] = [new AsyncValue(), new AsyncValue()];
    // The scheduler of a request is carried, so its tasks enter and leave stores.
    const scheduler = new BatchScheduler();
    const start = (body) => scheduler.run(() => void task(body)().subscribe());
    start(function* () { yield* first; als.enterWith('user A'); });
    start(function* () { yield* second; console.log(String(als.getStore())); });
    first.set(1);
    second.set(1);`);
  expect([lines, stderr]).toEqual([['undefined'], '']);
});
