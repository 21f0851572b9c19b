#!/usr/bin/env node
/** The program `sluice`, which `npx sluice` runs. Each command is loaded when it is asked for. */

const HELP = `Usage: sluice COMMAND [options]

  doctor    checks the installation of sluice in the current folder
  demo      shows the queries of plain code, and those of the same code with sluice
  worker    takes calls of a FleetPool from a queue in Redis; see sluice worker --help`;

/** Runs a command. Returns the exit code. */
async function run([command, ...args]: readonly string[]): Promise<number> {
  if (command === 'doctor') return (await import('./doctor')).runDoctor(args);
  if (command === 'demo') return (await import('./demo')).runDemo(args);
  if (command === 'worker') return (await import('../fleet/command/worker-command')).runWorkerCommand(args);
  if (command === undefined || command === '--help') {
    console.log(HELP);
    return 0;
  }
  console.error(
    `sluice: expected a command: doctor, demo or worker; got ${JSON.stringify(command)}. See sluice --help.`,
  );
  return 2;
}

void run(process.argv.slice(2)).then((code) => {
  // A worker goes on connecting to a Redis that is away; nothing of it is left.
  process.exit(code);
});

export {};
