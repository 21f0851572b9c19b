/** The audit of `npm start`, which measures itself: one report by tasks, by hand-batched queries and by single queries. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { row } from '../../harness/row.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export async function* mainJob() {
  const { stdout } = await promisify(execFile)('npm', ['start', '--silent', '--', '--json'], { cwd: root });
  const { sluice, handwritten, naive } = JSON.parse(stdout).runs;
  const figures = { workload: 'the audit of npm start', size: 1 };
  for (const [peerName, peer] of Object.entries({
    'level by level by hand': handwritten,
    'one query at a time': naive,
  })) {
    yield row({ ...figures, metric: 'ms', sluice: sluice.ms, peer: peer.ms, peerName });
    yield row({ ...figures, metric: 'round trips', sluice: sluice.queries, peer: peer.queries, peerName });
  }
}
