/** Ten branches that ask for the same table, each after one more microtask than the one before. */
import { DataLoader } from '../../../dataloader.mjs';
import { Effect } from 'effect';
import { batch } from '../../../sluice.mjs';
import { atOnce, requestTo } from '../effect-request.mjs';
import { numbers, tableOf } from '../table.mjs';

const branches = numbers(10);

export const microtaskDepths = {
  title: 'ten branches at different microtask depths',
  size: branches.length,
  tables: () => ({ names: tableOf(branches.map((branch) => [branch, `branch ${branch}`])) }),

  sluice({ names }) {
    const nameOf = batch(names.read);
    return Promise.all(branches.map(async (branch) => nameOf(await deepIn(branch))));
  },

  dataLoader({ names }) {
    const nameOf = new DataLoader(names.read);
    return Promise.all(branches.map(async (branch) => nameOf.load(await deepIn(branch))));
  },

  effect({ names }) {
    const nameOf = requestTo(names);
    const branchName = (branch) =>
      Effect.gen(function* () {
        return yield* nameOf(yield* Effect.promise(() => deepIn(branch)));
      });
    return Effect.runPromise(Effect.forEach(branches, branchName, atOnce));
  },
};

/** The number itself, after as many microtasks. */
async function deepIn(/** @type {number} */ depth) {
  for (let left = depth; left > 0; left--) await null;
  return depth;
}
