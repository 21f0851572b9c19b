/** Sluice as it is, beside sluice without the seam that traces and debugging look through. */
import { importOwn } from '../../harness/own-instance.mjs';
import { timeRounds } from '../../harness/rounds.mjs';
import { timedRow } from '../../harness/row.mjs';
import { withoutSeam } from './blind.mjs';
import { programSize } from './program.mjs';

export async function* whileNobodyLooks() {
  const blind = await withoutSeam();
  try {
    const sighted = await ownPrograms(await import('../../sluice.mjs'));
    const blinded = await ownPrograms(blind.sluice);
    for (const kind of /** @type {const} */ (['tasks', 'keys'])) {
      const contenders = [
        { name: 'sighted', work: sighted[kind] },
        { name: 'blind', work: blinded[kind] },
      ];
      const times = await timeRounds(contenders, { rounds: 101 });
      yield timedRow({
        workload: `nobody looks: ${kind}`,
        size: programSize,
        metric: 'ns each',
        sluice: times.get('sighted'),
        peer: times.get('blind'),
        peerName: 'sluice without the seam',
      });
    }
  } finally {
    blind.remove();
  }
}

/** Programs with code of their own. @param {typeof import('../../../dist/index.mjs')} sluice */
async function ownPrograms(sluice) {
  const { programsOf } = await importOwn(new URL('./program.mjs', import.meta.url));
  return programsOf(sluice);
}
