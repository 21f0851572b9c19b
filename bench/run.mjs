/** One workload in one process: a row of JSON on stdout for each figure, as soon as it is measured. */
const [suite, name] = process.argv.slice(2);
/** @type {{ workloads: readonly import('./harness/workload.mjs').Workload[] }} */
const { workloads } = await import(`./suites/${suite}/suite.mjs`);
const workload = workloads.find((each) => each.name === name);
if (!workload) throw new Error(`There is no workload "${name}" in the suite "${suite}".`);

for await (const row of workload.run()) {
  console.log(JSON.stringify(row));
  console.error(`  ${row.workload}, ${row.size}: ${row.ratio} in ${row.metric} beside ${row.peerName}`);
}
