/** One suite in one process: its workloads one after the other, then their rows as a table, or as JSON alone on stdout. */
import { inTable } from './harness/table.mjs';

const [suite, format] = process.argv.slice(2);
/** @type {{ workloads: readonly import('./harness/row.mjs').Workload[] }} */
const { workloads } = await import(`./suites/${suite}/suite.mjs`);

const rows = [];
for (const workload of workloads) {
  try {
    for await (const row of workload()) {
      rows.push(row);
      console.error(`${row.workload}, ${row.size}: ${row.ratio} in ${row.metric} beside ${row.peerName}`);
    }
  } catch (error) {
    // One that fails costs nobody else their figures.
    console.error(`${workload.name} failed:`, error);
    process.exitCode = 1;
  }
}
console.log(format === '--json' ? JSON.stringify(rows, null, 2) : inTable(rows));
