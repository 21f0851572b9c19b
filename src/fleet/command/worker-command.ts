/** The command `sluice worker`: its options, its help, and a worker that ends in an orderly way on a signal. */
import { parseArgs } from 'node:util';
import { runFleetWorker, type FleetWorker } from '../worker/fleet-worker';
import type { FleetWorkerConfig } from '../worker/fleet-worker-config';

export const HELP = `Usage: sluice worker --queue NAME [options]

Takes calls of a FleetPool from a queue in Redis and runs them on threads.

  --queue NAME        the queue
  --build NAME        the version of the functions (default: "default")
  --modules DIR       a folder whose modules may be run; can be repeated (default: the current folder)
  --packages NAME     a package or a module of Node whose functions may be run; can be repeated
  --size N            number of threads (default: the number of cores)
  --redis URL         redis: or rediss: URL (default: $REDIS_URL, or redis://localhost:6379). A password
                      belongs in the variable: other users of the machine see command lines.
  --prefix TEXT       first part of all keys (default: "sluice")
  --close-timeout MS  time that running calls get after SIGTERM or SIGINT (default: 10000)
  --help              this text

SIGTERM and SIGINT end the worker after its running calls; a second one ends it at once. Calls that
are stopped are put back into the queue.`;

const options = {
  queue: { type: 'string' },
  build: { type: 'string' },
  modules: { type: 'string', multiple: true },
  packages: { type: 'string', multiple: true },
  size: { type: 'string' },
  redis: { type: 'string' },
  prefix: { type: 'string' },
  'close-timeout': { type: 'string' },
  help: { type: 'boolean' },
} as const;

/**
 * Reads the options of the command; `help` if they ask for help.
 *
 * @throws TypeError for an unknown option, or a missing or invalid value.
 */
export function workerConfigOf(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): FleetWorkerConfig | 'help' {
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) return 'help';
  if (values.queue === undefined)
    throw new TypeError('sluice worker: expected --queue NAME; got none. See sluice worker --help.');
  const { packages, build, prefix } = values;
  return {
    connection: values.redis ?? env['REDIS_URL'] ?? 'redis://localhost:6379',
    queue: values.queue,
    modules: values.modules ?? (packages ? [] : [process.cwd()]),
    ...(packages ? { packages } : {}),
    ...(build === undefined ? {} : { build }),
    ...(prefix === undefined ? {} : { prefix }),
    ...numberOf('size', values.size, 'size'),
    ...numberOf('closeTimeout', values['close-timeout'], 'close-timeout'),
  };
}

function numberOf<K extends string>(key: K, text: string | undefined, option: string): { readonly [P in K]?: number } {
  if (text === undefined) return {};
  const number = Number(text);
  if (text.trim() === '' || !Number.isInteger(number))
    throw new TypeError(`sluice worker: expected --${option} to be a whole number; got ${JSON.stringify(text)}.`);
  return { [key]: number } as { readonly [P in K]?: number }; // Cast: a computed name.
}

/** Runs the command until the worker has closed. Returns the exit code. */
export async function runWorkerCommand(args: readonly string[]): Promise<number> {
  let worker: FleetWorker;
  try {
    const config = workerConfigOf(args, process.env);
    if (config === 'help') {
      console.log(HELP);
      return 0;
    }
    worker = runFleetWorker(config);
    closeOnSignals(worker);
    await worker.ready();
    console.error(
      `sluice: worker ${worker.name} takes calls of queue "${config.queue}", build "${config.build ?? 'default'}".`,
    );
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
  await worker.closed;
  return 0;
}

function closeOnSignals(worker: FleetWorker): void {
  let hasBegun = false;
  const close = (): void => {
    void worker.close(hasBegun ? { force: true } : {});
    hasBegun = true;
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);
}
