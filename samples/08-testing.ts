/** A mock answers for every caller, and a probe counts round trips. */
import { all, batch, task } from 'sluice';
import { mockTask, probeBatch } from 'sluice/testing';

const nameOf = batch((ids: readonly number[]) => ids.map((id) => `user ${id}`), { name: 'nameOf' });
const greet = task(function* greet(id: number) {
  return `Hello ${yield* nameOf(id)}`;
});

async function main(): Promise<void> {
  const mock = mockTask(nameOf).sequence(['Ada', new Error('gone')]);
  console.log(await greet(1));
  console.log(await greet(2).then(undefined, String));
  mock.restore();
  const probe = probeBatch(nameOf);
  await all([greet(1), greet(2)]);
  console.log(probe.count, probe.keys);
  probe.stop();
}

export const done = main();
// → Hello Ada
// → Error: gone
// → 1 [ [ 1, 2 ] ]
