/** Random choices from a seed, which make a run repeatable. The generator is mulberry32. */

/** @typedef {(limit: number) => number} Chance a whole number below the limit, each equally likely */

/** @returns {Chance} */
export function chance(/** @type {number} */ seed) {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** Returns one of the choices, with a probability proportional to its weight. @template {{ weight: number }} T @param {readonly T[]} choices */
export function weighted(choices, /** @type {Chance} */ upTo) {
  let left = upTo(choices.reduce((sum, { weight }) => sum + weight, 0));
  const chosen = choices.find(({ weight }) => (left -= weight) < 0);
  if (!chosen) throw new RangeError('weighted: expected `choices` with positive weights; got none.');
  return chosen;
}

/**
 * Returns a random permutation; all are equally likely.
 *
 * @template T @param {readonly T[]} items @param {Chance} upTo @returns {T[]}
 */
export function shuffled(items, upTo) {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = upTo(last + 1);
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}
