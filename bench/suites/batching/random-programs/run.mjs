/** Runs a random program: by tasks on a separate scheduler with sluice, and by async functions with DataLoader. */
import { DataLoader } from '../../../dataloader.mjs';
import { all, batch, BatchScheduler, task } from '../../../sluice.mjs';

/** @typedef {import('./program.mjs').RandomProgram} RandomProgram */
/** @typedef {(keys: readonly number[]) => Promise<number[]>} Read */

/** Returns the keys of the calls that a call with this key makes. */
const below = (/** @type {number} */ key, /** @type {number} */ width) =>
  Array.from({ length: width }, (_, index) => key * 3 + index);

/** @param {RandomProgram} program @param {Read} read @param {any} policy */
export function runWithSluice({ tables, functions, roots }, read, policy) {
  const loads = Array.from({ length: tables }, (_, table) => batch(read, { name: `table ${table}` }));
  const call = task(function* (/** @type {number} */ called, /** @type {number} */ key) {
    const values = [];
    for (const step of functions[called]) {
      if (step.does === 'load') values.push(yield* loads[step.table](key));
      else values.push(yield* all(below(key, step.width).map((each) => call(step.function, each))));
    }
    return values;
  });
  const scheduler = new BatchScheduler({ policy });
  return scheduler.run(async () => all(roots.map(({ function: called, key }) => call(called, key))));
}

/** @param {RandomProgram} program @param {Read} read */
export function runWithDataLoader({ tables, functions, roots }, read) {
  const loaders = Array.from({ length: tables }, () => new DataLoader(read, { cache: false }));
  /** @returns {Promise<unknown[]>} */
  const call = async (/** @type {number} */ called, /** @type {number} */ key) => {
    const values = [];
    for (const step of functions[called]) {
      if (step.does === 'load') values.push(await loaders[step.table].load(key));
      else values.push(await Promise.all(below(key, step.width).map((each) => call(step.function, each))));
    }
    return values;
  };
  return Promise.all(roots.map(({ function: called, key }) => call(called, key)));
}
