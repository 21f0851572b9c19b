/** The observed programs: tasks that each call two batch functions, and calls of one batch function without tasks. */
const size = 10_000;
const ids = Array.from({ length: size }, (_, id) => id);

export const programSize = size;

/** @param {typeof import('../../../dist/index.mjs')} sluice */
export function programsOf({ all, batch, task }) {
  const authorOf = batch((/** @type {readonly number[]} */ answers) => answers.map((answer) => answer + 1), {
    name: 'authorOf',
  });
  const nameOf = batch((/** @type {readonly number[]} */ authors) => authors.map((author) => author * 2), {
    name: 'nameOf',
  });
  const line = task(function* line(/** @type {number} */ answer) {
    return yield* nameOf(yield* authorOf(answer));
  });
  return {
    tasks: async () => (await all(ids.map((id) => line(id)))).length,
    keys: async () => (await all(ids.map((id) => nameOf(id)))).length,
  };
}
