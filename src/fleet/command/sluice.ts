#!/usr/bin/env node
/** The program `sluice`, which `npx sluice` runs. */
import { runWorkerCommand } from './worker-command';

void runWorkerCommand(process.argv.slice(2)).then((code) => {
  // The engine goes on connecting to a Redis that is away; nothing of the worker is left.
  process.exit(code);
});

export {};
