/** What each way of looking costs, beside nobody looking. */
import { medianTimes } from '../../harness/rounds.mjs';
import { row } from '../../harness/row.mjs';
import * as sluice from '../../sluice.mjs';
import { metrics, trace$ } from '../../sluice-trace.mjs';
import { programSize, programsOf } from './program.mjs';

const { tasks } = programsOf(sluice);

const ways = {
  nobody: tasks,
  'metrics of a trace': async () => {
    const looking = trace$.subscribe(metrics());
    const result = await tasks();
    looking.unsubscribe();
    return result;
  },
  'debug: call sites and doctor': async () => {
    const debugging = sluice.debug();
    const result = await tasks();
    debugging[Symbol.dispose]();
    return result;
  },
};

export async function* lookedAt() {
  const times = await medianTimes(
    Object.entries(ways).map(([name, work]) => ({ name, work })),
    { rounds: 21 },
  );
  const nsEach = (/** @type {string} */ name) => ((times.get(name) ?? NaN) * 1e6) / programSize;
  for (const name of Object.keys(ways).slice(1)) {
    yield row({
      workload: name,
      size: programSize,
      metric: 'ns each',
      sluice: nsEach(name),
      peer: nsEach('nobody'),
      peerName: 'nobody looking',
    });
  }
}
