/**
 * The loader suite: `sluice/dataloader` beside the package it replaces. Each figure is that of a process of its own, and the
 * processes of both are in a random order: in one process the garbage and the compiled code of one change the time of the
 * other.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { chance, shuffled } from '../../harness/chance.mjs';
import { median } from '../../harness/rounds.mjs';
import { row } from '../../harness/row.mjs';

const PROCESSES = Number(process.env.LOADER_PROCESSES ?? 7);
const sizes = [1_000, 10_000];
const program = fileURLToPath(new URL('./loads.mjs', import.meta.url));

/** Loads per second in a process of its own. */
function loadsPerSecond(/** @type {string} */ kind, /** @type {string} */ shape, /** @type {number} */ size) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', program, kind, shape, `${size}`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The process of ${kind} ended with ${status}:\n${stderr}`);
  return Number(stdout);
}

const measured = (/** @type {string} */ shape) =>
  async function* () {
    const upTo = chance(process.pid);
    for (const size of sizes) {
      const jobs = Array.from({ length: PROCESSES }, () => ['sluice', 'dataloader']).flat();
      /** @type {Record<string, number[]>} */
      const rates = { sluice: [], dataloader: [] };
      for (const kind of shuffled(jobs, upTo)) rates[kind].push(loadsPerSecond(kind, shape, size));
      yield row({
        workload: `loads of a new loader ${shape}`,
        size,
        metric: 'loads per second',
        sluice: median(rates.sluice),
        peer: median(rates.dataloader),
        peerName: 'DataLoader',
      });
    }
  };

/** @type {readonly import('../../harness/workload.mjs').Workload[]} */
export const workloads = ['with cache', 'without cache', 'with hits'].map((shape) => ({
  name: `a loader ${shape}`,
  run: measured(shape),
  once: true,
}));
