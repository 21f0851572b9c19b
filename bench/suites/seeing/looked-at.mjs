/** What each way of looking costs, beside nobody looking. */
import { importOwn } from '../../harness/own-instance.mjs';
import { timeRounds } from '../../harness/rounds.mjs';
import { timedRow } from '../../harness/row.mjs';
import * as sluice from '../../sluice.mjs';
import { metrics, trace$ } from '../../sluice-trace.mjs';
import { programSize } from './program.mjs';

/** Each way runs the tasks with the instrumentation that it turns on, and turns it off. */
const ways = {
  nobody: (tasks) => tasks,
  'metrics of a trace': (tasks) => async () => {
    const looking = trace$.subscribe(metrics());
    const result = await tasks();
    looking.unsubscribe();
    return result;
  },
  'debug: call sites and doctor': (tasks) => async () => {
    const debugging = sluice.debug();
    const result = await tasks();
    debugging[Symbol.dispose]();
    return result;
  },
};

export async function* lookedAt() {
  const contenders = await Promise.all(
    Object.entries(ways).map(async ([name, way]) => {
      const { programsOf } = await importOwn(new URL('./program.mjs', import.meta.url));
      return { name, work: way(programsOf(sluice).tasks) };
    }),
  );
  const times = await timeRounds(contenders, { rounds: 21 });
  for (const name of Object.keys(ways).slice(1)) {
    yield timedRow({
      workload: name,
      size: programSize,
      metric: 'ns each',
      sluice: times.get(name),
      peer: times.get('nobody'),
      peerName: 'nobody looking',
    });
  }
}
