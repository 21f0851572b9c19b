/** The cost of each kind of observation, compared with unobserved runs. */
import { importOwn } from '../../harness/own-instance.mjs';
import { timeRounds } from '../../harness/rounds.mjs';
import { timedRow } from '../../harness/row.mjs';
import * as sluice from '../../sluice.mjs';
import { metrics, trace$ } from '../../sluice-trace.mjs';
import { programSize } from './program.mjs';

/** Each kind of observation is on while the tasks run, and off afterwards. */
const observations = {
  unobserved: (tasks) => tasks,
  'metrics of a trace': (tasks) => async () => {
    const subscription = trace$.subscribe(metrics());
    const result = await tasks();
    subscription.unsubscribe();
    return result;
  },
  'debug: call sites and doctor': (tasks) => async () => {
    const debugging = sluice.debug();
    const result = await tasks();
    debugging[Symbol.dispose]();
    return result;
  },
};

export async function* observed() {
  const contenders = await Promise.all(
    Object.entries(observations).map(async ([name, observe]) => {
      const { programsOf } = await importOwn(new URL('./program.mjs', import.meta.url));
      return { name, work: observe(programsOf(sluice).tasks) };
    }),
  );
  const times = await timeRounds(contenders, { rounds: 21 });
  for (const name of Object.keys(observations).slice(1)) {
    yield timedRow({
      workload: name,
      size: programSize,
      metric: 'ns each',
      sluice: times.get(name),
      peer: times.get('unobserved'),
      peerName: 'unobserved',
    });
  }
}
