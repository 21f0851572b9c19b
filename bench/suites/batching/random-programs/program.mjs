/**
 * Random programs with the form of real ones: a few functions, each a sequence of loads and of concurrent calls of later
 * functions. A function is called with many keys at once, so that its loads can be batched.
 *
 * @typedef {{ does: 'load', table: number } | { does: 'call', function: number, width: number }} Step
 * @typedef {readonly Step[]} ProgramFunction
 * @typedef {object} RandomProgram
 * @property {number} tables
 * @property {readonly ProgramFunction[]} functions each calls only functions after it
 * @property {readonly { function: number, key: number }[]} roots calls that start at the same time
 */

/** @param {import('../../../harness/chance.mjs').Chance} upTo @returns {RandomProgram} */
export function randomProgram(upTo) {
  const between = (/** @type {number} */ least, /** @type {number} */ most) => least + upTo(most - least + 1);
  const times = (/** @type {number} */ count, /** @type {(index: number) => any} */ make) =>
    Array.from({ length: count }, (_, index) => make(index));
  const tables = between(2, 4);
  const functionCount = between(2, 4);
  const load = () => ({ does: /** @type {const} */ ('load'), table: upTo(tables) });
  const callBelow = (/** @type {number} */ caller) => ({
    does: /** @type {const} */ ('call'),
    function: between(caller + 1, functionCount - 1),
    width: between(1, 3),
  });
  const step = (/** @type {number} */ caller) =>
    caller + 1 < functionCount && upTo(3) === 0 ? callBelow(caller) : load();
  return {
    tables,
    functions: times(functionCount, (caller) => times(between(1, 3), () => step(caller))),
    roots: times(between(2, 5), (key) => ({ function: upTo(functionCount), key })),
  };
}
