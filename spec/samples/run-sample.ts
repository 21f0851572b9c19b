/** Runs a sample program in its own process, as a user does. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { patience } from '../support/patience';

export const PROJECT = join(__dirname, '..', '..');

type Sample = 'audit' | 'crawl' | 'digest' | 'graphql' | 'pipeline';

/** The command line of `node` for the program of a sample. */
export const commandOf = (sample: Sample): readonly string[] => [
  '--import',
  pathToFileURL(require.resolve('tsx')).href,
  join(PROJECT, 'samples', sample, 'main.ts'),
];

/** The environment of a sample: the tsconfig of the project defines `sluice` in any working directory. */
export const sampleEnvironment: NodeJS.ProcessEnv = {
  ...process.env,
  TSX_TSCONFIG_PATH: join(PROJECT, 'tsconfig.json'),
  DATABASE_URL: '',
};

export interface SampleResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a sample while this process goes on. @param cwd the working directory */
export async function runSampleBeside(
  sample: Sample,
  args: readonly string[],
  cwd: string,
): Promise<{ readonly code: number | null; readonly stdout: string }> {
  const child = spawn(process.execPath, [...commandOf(sample), ...args], { cwd, env: sampleEnvironment });
  let stdout = '';
  child.stdout.on('data', (data) => (stdout += String(data)));
  await once(child, 'close');
  return { code: child.exitCode, stdout };
}

/** @param cwd the working directory */
export const runSample = (
  sample: Sample,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): SampleResult =>
  spawnSync(process.execPath, [...commandOf(sample), ...args], {
    cwd,
    env: { ...sampleEnvironment, ...env },
    encoding: 'utf8',
    timeout: patience(60_000),
  });
