/** Runs one workload in this process. Each row is printed to stdout as a line of JSON as soon as it is measured. */
const [suite, name] = process.argv.slice(2);
/** @type {{ workloads: readonly import('./harness/workload.mjs').Workload[] }} */
const { workloads } = await import(`./suites/${suite}/suite.mjs`);
const workload = workloads.find((each) => each.name === name);
if (!workload) throw new Error(`There is no workload "${name}" in the suite "${suite}".`);

for await (const row of workload.run()) {
  console.log(JSON.stringify(row));
  console.error(`  ${row.workload}, ${row.size}: ${row.ratio} in ${row.metric} compared with ${row.peerName}`);
}
