/** Remembered calls do not keep their arguments alive, symbols included. */
import { runAlone } from '../support/process';

it('a symbol that was an argument of a deduped task is garbage-collected', () => {
  const { lines, stderr } = runAlone(
    `
    const { dedupe } = require('sluice/tools');
    const same = dedupe((key) => 1);
    const refs = [];
    (() => { for (let i = 0; i < 100; i++) { const key = Symbol(i); refs.push(new WeakRef(key)); same(key).block(); } })();
    (async () => {
      for (let round = 0; round < 5; round++) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        gc();
      }
      console.log(refs.filter((ref) => ref.deref() !== undefined).length < 5);
    })();`,
    { flags: ['--expose-gc'] },
  );
  expect([lines, stderr]).toEqual([['true'], '']);
});
