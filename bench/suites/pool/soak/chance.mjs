/** Chance with a seed, so that a soak that failed can be had again. The generator is mulberry32. */

/** @returns {(limit: number) => number} a whole number below the limit, each as likely */
export function chance(/** @type {number} */ seed) {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** One of the choices, each as likely as its weight. @template {{ weight: number }} T @param {readonly T[]} choices */
export function weighted(choices, /** @type {(limit: number) => number} */ upTo) {
  let left = upTo(choices.reduce((sum, { weight }) => sum + weight, 0));
  const chosen = choices.find(({ weight }) => (left -= weight) < 0);
  if (!chosen) throw new RangeError('There is nothing to choose from.');
  return chosen;
}
