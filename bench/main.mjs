/**
 * The benchmarks: `npm run bench -- batching [--processes 5] [--only name] [--json]`. Each workload runs alone in a process
 * with `--expose-gc`, and in several processes, since speed differs between them. Only results go to stdout.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { combineProcesses } from './harness/processes.mjs';
import { namedLike } from './harness/workload.mjs';
import { prepare } from './prepare.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function main() {
  const { suite, processes, only, json } = readArguments();
  prepare();
  /** @type {{ workloads: readonly import('./harness/workload.mjs').Workload[] }} */
  const { workloads } = await import(`./suites/${suite}/suite.mjs`);
  const chosen = namedLike(workloads, only);
  if (chosen.length === 0)
    throw unknown(
      `workload "${only}"`,
      workloads.map(({ name }) => name),
    );

  const rows = [];
  // All workloads run before the next process of each, so that a change of the machine's speed affects all of them.
  for (let number = 1; number <= processes; number++) {
    for (const { name, once } of chosen) {
      if (once && number > 1) continue;
      console.error(`${name}, process ${number} of ${once ? 1 : processes}`);
      rows.push(...rowsOf(suite, name));
    }
  }
  const combined = combineProcesses(rows);
  if (json) return console.log(JSON.stringify(combined, null, 2));
  // The table needs a package that `prepare` installs.
  const { renderTable } = await import('./harness/table.mjs');
  console.log(renderTable(combined));
}

function readArguments() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      processes: { type: 'string', default: '5' },
      only: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
    },
  });
  const [suite, ...others] = positionals;
  const suites = readdirSync(`${here}suites`);
  if (!suites.includes(suite)) throw unknown(`suite "${suite ?? ''}"`, suites);
  if (others.length > 0)
    throw new Error(`Expected one suite; got also "${others.join(' ')}". Quote names with blanks.`);
  const processes = Number(values.processes);
  if (!Number.isInteger(processes) || processes < 1) {
    throw new Error(`Expected \`--processes\` to be a positive integer; got "${values.processes}".`);
  }
  return { ...values, suite, processes };
}

/** Runs one workload in its own process. A failure sets the exit code, and the other workloads still run. */
function rowsOf(/** @type {string} */ suite, /** @type {string} */ name) {
  const command = ['--expose-gc', `${here}run.mjs`, suite, name];
  const { status, stdout } = spawnSync(process.execPath, command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 2] });
  if (status !== 0) process.exitCode = 1;
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

function unknown(/** @type {string} */ what, /** @type {readonly string[]} */ known) {
  return new Error(`There is no ${what}. Known: ${known.join('; ')}.`);
}
