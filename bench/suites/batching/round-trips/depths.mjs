/** Ten branches that read the same table, each one microtask later than the previous branch. */
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
    return Promise.all(branches.map(async (branch) => nameOf(await atDepth(branch))));
  },

  dataLoader({ names }) {
    const nameOf = new DataLoader(names.read);
    return Promise.all(branches.map(async (branch) => nameOf.load(await atDepth(branch))));
  },

  effect({ names }) {
    const nameOf = requestTo(names);
    const branchName = (branch) =>
      Effect.gen(function* () {
        return yield* nameOf(yield* Effect.promise(() => atDepth(branch)));
      });
    return Effect.runPromise(Effect.forEach(branches, branchName, atOnce));
  },
};

/** Resolves with the depth after that number of microtasks. */
async function atDepth(/** @type {number} */ depth) {
  for (let left = depth; left > 0; left--) await null;
  return depth;
}
