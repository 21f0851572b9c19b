/** Gathers results by promises, for the peers: all at once, or in lanes that each run one task at a time. */

/**
 * @template T
 * @param {readonly T[]} inputs
 * @param {(input: T) => PromiseLike<unknown>} begin
 * @returns {Promise<unknown[]>}
 */
export async function all(inputs, begin, inFlight = Infinity) {
  if (inFlight >= inputs.length) return Promise.all(inputs.map((input) => begin(input)));
  /** @type {unknown[]} */
  const results = [];
  let next = 0;
  const lane = async () => {
    while (next < inputs.length) results.push(await begin(inputs[next++]));
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return results;
}
