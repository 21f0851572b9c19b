/**
 * An overflow of the native stack inside a store of `AsyncLocalStorage` must leave Node's internal stack of async ids intact,
 * because Node ends the process otherwise.
 */
import { runAlone } from '../support/process';

const RECURSIONS = {
  'of tasks': `
    const recurse = () => task(() => recurse())().block();`,
  'of tasks in contexts': `
    const { ScopedValue, within } = require('sluice');
    const language = new ScopedValue('en');
    const recurse = () => within(language.override('de'), task(() => recurse())()).block();`,
  'of a batch function': `
    const rowOf = batch((ids) => ids.map((id) => rowOf.block(id + 1)));
    const recurse = () => rowOf.block(0);`,
};

it.each(Object.entries(RECURSIONS))('a recursion %s in a store ends with a RangeError each time', (_, recursion) => {
  const program = `
    console.warn = () => undefined; // of block() inside tasks
    const { AsyncLocalStorage } = require('node:async_hooks');
    const storage = new AsyncLocalStorage();
    ${recursion}
    const deeper = (levels) => (levels > 0 ? deeper(levels - 1) : recurse());
    const ends = new Set();
    const overflow = async (levels) => {
      await null;
      try {
        deeper(levels);
      } catch (error) {
        ends.add(error.name);
      }
      await null;
      ends.add(storage.getStore().levels === levels);
    };
    (async () => {
      for (let levels = 0; levels < 8; levels++) await storage.run({ levels }, overflow, levels);
      console.log([...ends].join(), storage.getStore());
    })();`;
  const { lines, stderr } = runAlone(program);
  expect({ lines, stderr }).toEqual({ lines: ['RangeError,true undefined'], stderr: '' });
});
