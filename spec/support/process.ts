/**
 * Runs a program in its own process, for programs that would end or block the process of the specs: an endless loop, a
 * timer that is never stopped, an uncaught error.
 */
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { builtFiles } from './built-package';
import { patience } from './patience';

export interface ProcessResult {
  /** The lines of its standard output. */
  readonly lines: readonly string[];
  readonly stderr: string;
  /** Whether the process exited by itself with code 0. */
  readonly hasEndedWell: boolean;
}

interface ProcessOptions {
  /** Command line options of `node`. */
  readonly flags?: readonly string[];
  /** A program that runs before the library is loaded. */
  readonly before?: string;
}

/** @param program plain JavaScript, in which `rx`, `TestScheduler` and the usual exports of the library are defined */
export function runAlone(program: string, { flags = [], before = '' }: ProcessOptions = {}): ProcessResult {
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
