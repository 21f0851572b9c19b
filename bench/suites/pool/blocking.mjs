/** Calls that block the caller until a thread has returned the result, compared with synckit. */
import { fileURLToPath } from 'node:url';
import { createSyncFn } from 'synckit';
import { timeRounds } from '../../harness/rounds.mjs';
import { timedRow } from '../../harness/row.mjs';
import { WorkerPool } from '../../sluice-pool.mjs';
import { threads, workUrl } from './pools/open-pool.mjs';

const size = 2_000;
const synckitThread = fileURLToPath(new URL('./synckit-thread.mjs', import.meta.url));

export async function* blockingCalls() {
  const pool = new WorkerPool({ size: threads });
  const reference = { url: workUrl, name: 'tiny' };
  const tiny = pool.task(reference);
  const synckit = createSyncFn(synckitThread);
  const contenders = [
    { name: 'call', work: repeat((n) => tiny(n).block()) },
    { name: 'job', work: repeat((n) => pool.do(reference, n).block()) },
    { name: 'synckit', work: repeat((n) => synckit(n)) },
  ];
  try {
    const times = await timeRounds(contenders, { rounds: 15 });
    const labels = { size, metric: /** @type {const} */ ('round trips per second'), peerName: 'synckit' };
    const peer = times.get('synckit');
    yield timedRow({ ...labels, workload: 'blocking on a call', sluice: times.get('call'), peer });
    yield timedRow({ ...labels, workload: 'blocking on a job', sluice: times.get('job'), peer });
  } finally {
    await pool.close();
  }
}

/** @param {(n: number) => number} blocking */
function repeat(blocking) {
  return async () => {
    let sum = 0;
    for (let n = 0; n < size; n++) sum += blocking(n);
    return sum;
  };
}
