/**
 * A task enters a store and calls `then` of a key there, inside the drive that runs the task. The case has a process of its
 * own: jest runs specs in a store, and after any other work in a store, the stores of the process are known already.
 */
import { runAlone } from '../support/process';

describe('a task whose first work in a store is the `then` of a key', () => {
  it('lets the resolver run outside of that store', () => {
    const { lines } = runAlone(`
      const { AsyncLocalStorage } = require('node:async_hooks');
      const store = new AsyncLocalStorage();
      const nameOf = batch((ids) => {
        console.log('resolver', store.getStore());
        return ids.map(String);
      });
      const load = task(function* () {
        store.run('a request', () => nameOf(1).then((name) => console.log(name, store.getStore())));
      });
      load().subscribe();
    `);
    expect(lines).toEqual(['resolver undefined', '1 a request']);
  });
});
