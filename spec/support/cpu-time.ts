/** How much work something is, by the clock of the processor, which stands still while other processes have it. */

/** In ms of the processor; all threads of this process count. */
export async function cpuTimeOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/**
 * How many times as much the work of the larger size takes as that of the smaller one, each at its best of five turns:
 * what is linear gives about their ratio, what is quadratic its square.
 */
export async function growthOf(work: (size: number) => unknown, small: number, large: number): Promise<number> {
  const [ofSmall, ofLarge]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < 5; turn++) {
    ofSmall.push(await cpuTimeOf(() => work(small)));
    ofLarge.push(await cpuTimeOf(() => work(large)));
  }
  return Math.min(...ofLarge) / Math.min(...ofSmall);
}
