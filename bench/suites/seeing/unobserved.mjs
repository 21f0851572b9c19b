/** The cost of instrumentation while no trace and no debugging uses it, compared with a copy of sluice without it. */
import { importOwn } from '../../harness/own-instance.mjs';
import { timeRounds } from '../../harness/rounds.mjs';
import { timedRow } from '../../harness/row.mjs';
import { withoutInstrumentation } from './without-instrumentation.mjs';
import { programSize } from './program.mjs';

const peerName = 'sluice without instrumentation';

export async function* unobserved() {
  const stripped = await withoutInstrumentation();
  try {
    const programs = await ownPrograms(await import('../../sluice.mjs'));
    const strippedPrograms = await ownPrograms(stripped.sluice);
    for (const kind of /** @type {const} */ (['tasks', 'keys'])) {
      const contenders = [
        { name: 'sluice', work: programs[kind] },
        { name: peerName, work: strippedPrograms[kind] },
      ];
      const times = await timeRounds(contenders, { rounds: 101 });
      yield timedRow({
        workload: `unobserved: ${kind}`,
        size: programSize,
        metric: 'ns each',
        sluice: times.get('sluice'),
        peer: times.get(peerName),
        peerName,
      });
    }
  } finally {
    stripped.remove();
  }
}

/** Programs compiled separately for one copy of sluice. @param {typeof import('../../../dist/index.mjs')} sluice */
async function ownPrograms(sluice) {
  const { programsOf } = await importOwn(new URL('./program.mjs', import.meta.url));
  return programsOf(sluice);
}
