/** The CPU time of a function, which does not depend on the load by other processes. */

/** The CPU time of `work` in ms, of all threads of this process. */
export async function cpuTimeOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/**
 * The ratio of the CPU times of `work(large)` and `work(small)`, each the best of five runs. Linear work gives about
 * `large / small`, quadratic work the square of that.
 */
export async function growthOf(work: (size: number) => unknown, small: number, large: number): Promise<number> {
  const [ofSmall, ofLarge]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < 5; turn++) {
    ofSmall.push(await cpuTimeOf(() => work(small)));
    ofLarge.push(await cpuTimeOf(() => work(large)));
  }
  return Math.min(...ofLarge) / Math.min(...ofSmall);
}
