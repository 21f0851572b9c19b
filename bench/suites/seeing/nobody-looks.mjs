/** Sluice as it is, beside sluice without the seam that traces and debugging look through. */
import { medianTimes } from '../../harness/rounds.mjs';
import { row } from '../../harness/row.mjs';
import { withoutSeam } from './blind.mjs';
import { programSize, programsOf } from './program.mjs';

export async function* whileNobodyLooks() {
  const blind = await withoutSeam();
  try {
    const sighted = programsOf(await import('../../sluice.mjs'));
    const blinded = programsOf(blind.sluice);
    for (const kind of /** @type {const} */ (['tasks', 'keys'])) {
      const times = await medianTimes(
        [
          { name: 'sighted', work: sighted[kind] },
          { name: 'blind', work: blinded[kind] },
        ],
        { rounds: 101 },
      );
      const nsEach = (/** @type {string} */ name) => ((times.get(name) ?? NaN) * 1e6) / programSize;
      yield row({
        workload: `nobody looks: ${kind}`,
        size: programSize,
        metric: 'ns each',
        sluice: nsEach('sighted'),
        peer: nsEach('blind'),
        peerName: 'sluice without the seam',
      });
    }
  } finally {
    blind.remove();
  }
}
