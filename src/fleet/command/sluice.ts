#!/usr/bin/env node
/** The program `sluice`, which `npx sluice` runs. */
import { runWorkerCommand } from './worker-command';

void runWorkerCommand(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});

export {};
