/** The doctor looks at an installation: what it finds is right, worth knowing, or a problem with what to do about it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describe } from '../core/describe';
import { WorkerPool } from '../pool/node/worker-pool';
import { copiesOfPackage, folderOfPackage, manifestIn } from './installed-packages';

export interface Finding {
  readonly level: 'ok' | 'note' | 'problem';
  readonly text: string;
}

const OLDEST_NODE = [20, 12] as const;
const OLDEST_RXJS = [7, 8] as const;
/** ms in which a thread must have answered. */
const THREAD_MS = 20_000;
/** What some entry points need beside the package. */
const PEERS: Readonly<Record<string, readonly string[]>> = {
  'sluice/graphql': ['graphql', 'graphql-yoga', '@apollo/server', '@envelop/core'],
  'sluice/fleet': ['bullmq', 'ioredis'],
  'sluice/trace': ['@opentelemetry/api'],
};
const BUNDLERS = ['webpack', 'vite', 'rollup', 'esbuild', 'tsdown', 'tsup', '@vercel/ncc'];

const HELP = `Usage: sluice doctor [--json]

Checks Node, the copies of sluice and RxJS, AsyncLocalStorage, threads, peers and bundlers of the
project in the current folder. The exit code is 1 if there is a problem.`;

const ok = (text: string): Finding => ({ level: 'ok', text });
const note = (text: string): Finding => ({ level: 'note', text });
const problem = (text: string): Finding => ({ level: 'problem', text });

const isAtLeast = (version: string, [major, minor]: readonly [number, number]): boolean => {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
};

/** Looks at the project in a folder. */
export async function findingsOf(project: string, nodeVersion = process.versions.node): Promise<Finding[]> {
  return [
    isAtLeast(nodeVersion, OLDEST_NODE)
      ? ok(`Node ${nodeVersion}`)
      : problem(
          `Node ${nodeVersion} is too old: sluice needs ${OLDEST_NODE.join('.')} or newer. Install a newer Node.`,
        ),
    copiesFinding('sluice', project),
    copiesFinding('rxjs', project),
    ...rxjsVersion(project),
    await contexts(),
    await threads(),
    ...peers(project),
    ...bundlers(project),
  ];
}

function copiesFinding(name: string, project: string): Finding {
  const copies = copiesOfPackage(name, project);
  const text = copies.map((folder) => `${manifestIn(folder)?.version ?? '?'} in ${folder}`).join(', ');
  if (copies.length > 1)
    return problem(
      `${name} is installed ${copies.length} times: ${text}. Tasks of one copy share no batches with tasks of another. Run npm dedupe, and npm ls ${name} to see who needs each.`,
    );
  if (copies.length === 1) return ok(`${name} ${text}`);
  return note(`${name} is not installed below ${project}.`);
}

function rxjsVersion(project: string): Finding[] {
  const folder = folderOfPackage('rxjs', project);
  const version = folder && manifestIn(folder)?.version;
  if (version === undefined) return [problem('rxjs is not installed. Run npm install rxjs.')];
  if (isAtLeast(version, OLDEST_RXJS)) return [];
  return [
    problem(`rxjs ${version} is too old: sluice needs ${OLDEST_RXJS.join('.')} or newer. Run npm install rxjs@7.`),
  ];
}

/** Requests of a server are kept apart by AsyncLocalStorage, which some polyfills of promises lose. */
async function contexts(): Promise<Finding> {
  const storage = new AsyncLocalStorage<string>();
  const seen = await storage.run('request', async () => {
    await Promise.resolve();
    return storage.getStore();
  });
  if (seen === 'request') return ok('AsyncLocalStorage survives await');
  return problem(
    'AsyncLocalStorage is lost at await: requests would share batches. Remove the replacement of Promise.',
  );
}

async function threads(): Promise<Finding> {
  const pool = new WorkerPool({ name: 'doctor', size: 1, taskTimeout: THREAD_MS });
  try {
    const version = await pool.do(() => process.versions.node);
    return ok(`threads start, on Node ${version}`);
  } catch (error) {
    return problem(`no thread starts: ${describe(error)}. sluice/pool does not work here.`);
  } finally {
    await pool.close({ force: true });
  }
}

function peers(project: string): Finding[] {
  return Object.entries(PEERS).flatMap(([entryPoint, names]) => {
    const found = names.flatMap((name) => {
      const folder = folderOfPackage(name, project);
      return folder === undefined ? [] : [`${name} ${manifestIn(folder)?.version ?? '?'}`];
    });
    return found.length > 0 ? [ok(`${entryPoint} finds ${found.join(', ')}`)] : [];
  });
}

function bundlers(project: string): Finding[] {
  const { dependencies, devDependencies } = manifestIn(project) ?? {};
  const used = BUNDLERS.filter((name) => name in { ...dependencies, ...devDependencies });
  if (used.length === 0) return [];
  return [
    note(
      `${used.join(', ')}: in a bundle for Node, sluice/pool does not find the program of its threads. Leave sluice out of the bundle, as an external package.`,
    ),
  ];
}

/** Prints the findings of the current folder. Returns the exit code. */
export async function runDoctor(args: readonly string[]): Promise<number> {
  let isJson: boolean | undefined;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean' }, help: { type: 'boolean' } },
    });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    isJson = values.json;
  } catch (error) {
    console.error(`sluice doctor: ${(error as Error).message} See sluice doctor --help.`);
    return 2;
  }
  const own = manifestIn(join(__dirname, '..', '..'))?.version ?? '?';
  const findings = [
    ok(`sluice doctor ${own}, ${process.platform} ${process.arch}`),
    ...(await findingsOf(process.cwd())),
  ];
  if (isJson) console.log(JSON.stringify(findings, null, 2));
  else for (const { level, text } of findings) console.log(`${level.padEnd(8)} ${text}`);
  return findings.some(({ level }) => level === 'problem') ? 1 : 0;
}
