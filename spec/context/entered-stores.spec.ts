/** A store that code outside of all stores enters with `enterWith` is not visible to other work. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { batch, task } from 'sluice';
import { dedupe } from 'sluice/tools';
import { runAlone } from '../support/process';
import { sleep } from '../support/sleep';

const als = new AsyncLocalStorage<string>();
beforeAll(() => {
  als.run('other work uses stores', () => void task(() => 1)().subscribe());
});

it('a shared run does not see the store that another shared run has entered', async () => {
  let seen: unknown;
  await dedupe(() => als.enterWith('user A'))();
  await sleep(1);
  await als.run('user B', async () => dedupe(() => void (seen = als.getStore()))());
  expect(seen).toBeUndefined();
});

it('a resolver does not see the store that the previous flush has entered', async () => {
  const seen: unknown[] = [];
  const ask = batch((keys: readonly string[]) => {
    seen.push(als.getStore());
    als.enterWith(`flush of ${keys.join()}`);
    return keys;
  });
  await als.run('user A', async () => ask('a'));
  await sleep(1);
  await als.run('user B', async () => ask('b'));
  expect(seen).toEqual([undefined, undefined]);
});

it('a task that is started outside of all stores sees no store that another task has entered', () => {
  // In a process of its own, because jest runs each test inside a store.
  const { lines, stderr } = runAlone(`
    const { AsyncLocalStorage } = require('node:async_hooks');
    const als = new AsyncLocalStorage();
    als.run('other work', () => task(() => 1)().subscribe());
    setTimeout(() => task(() => als.enterWith('user A'))().subscribe(), 5);
    setTimeout(() => task(() => console.log(String(als.getStore())))().subscribe(), 20);`);
  expect([lines, stderr]).toEqual([['undefined'], '']);
});
