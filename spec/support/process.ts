/**
 * A program in a process of its own, for what would take the process of the specs with it: a loop without end, a timer
 * that nobody stops, an error that nobody catches.
 */
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { builtFiles } from './built-package';
import { patience } from './patience';

export interface Ended {
  /** What it printed, line by line. */
  readonly lines: readonly string[];
  readonly stderr: string;
  /** Whether it came to its end by itself, and without an error. */
  readonly hasEndedWell: boolean;
}

interface Alone {
  /** Options of `node`, before the program. */
  readonly flags?: readonly string[];
  /** Program that runs before anything is loaded. */
  readonly before?: string;
}

/** `program` is plain JavaScript in the folder of the built package, with `rx`, `TestScheduler` and all of sluice at hand. */
export function runAlone(program: string, { flags = [], before = '' }: Alone = {}): Ended {
  const source = `${before}
    const rx = require('rxjs');
    const { TestScheduler } = require('rxjs/testing');
    const { all, AsyncValue, batch, batchScheduler, Future, task } = require('sluice');
    ${program}`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...flags, '--input-type=commonjs', '--eval', source],
    { cwd: dirname(builtFiles()), encoding: 'utf8', timeout: patience(60_000), killSignal: 'SIGKILL' },
  );
  return { lines: stdout.split('\n').filter(Boolean), stderr, hasEndedWell: status === 0 };
}
