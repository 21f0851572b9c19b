/** The options of a fleet worker, and their checks. */
import { availableParallelism } from 'node:os';
import { invalidOption } from '../../core/describe';
import { checkArray, checkCount, checkFunction, checkMs, checkString } from '../../core/option-values';
import { checkOptions } from '../../core/options';
import type { WorkerPoolConfig } from '../../pool/host/pool-config';
import {
  checkedFleetOptions,
  fleetOptionNames,
  folderOf,
  type FleetConfig,
  type FleetOptions,
} from '../redis/fleet-config';

export interface FleetWorkerConfig extends FleetConfig {
  /**
   * The folders whose modules may be run. Modules in a `node_modules` below them are not among these.
   *
   * @defaultValue none
   */
  readonly modules?: string | URL | readonly (string | URL)[];
  /**
   * The packages and modules of Node whose functions may be run, such as `'sharp'` or `'node:zlib'`.
   *
   * @defaultValue none
   */
  readonly packages?: readonly string[];
  /**
   * Number of threads, and of jobs at a time.
   *
   * @defaultValue the number of cores
   */
  readonly size?: number;
  /** Further options of the `WorkerPool` that runs the functions: `init`, `grace`, `resourceLimits` and so on. */
  readonly pool?: Omit<WorkerPoolConfig, 'name' | 'size' | 'min' | 'max' | 'maxQueue' | 'overflow'>;
  /**
   * Time in ms after which the jobs of a dead worker are given to another one. A live worker renews it, also while a function
   * computes, because functions run on threads.
   *
   * @defaultValue 30 000
   */
  readonly lockDuration?: number;
  /**
   * Time in ms between two searches for jobs of dead workers.
   *
   * @defaultValue 15 000
   */
  readonly stalledInterval?: number;
  /**
   * Number of times that a call is run again after its worker has died. Then it fails with a `StalledCallError`.
   *
   * @defaultValue 3
   */
  readonly maxStalls?: number;
  /**
   * Time in ms that running calls get when the worker closes. Then they are stopped and put back into the queue.
   *
   * @defaultValue 10 000
   */
  readonly closeTimeout?: number;
  /**
   * Called with errors of the connection and of the engine, from which the worker recovers by itself.
   *
   * @defaultValue a warning of the process
   */
  readonly onError?: (error: unknown) => void;
}

export interface FleetWorkerOptions extends FleetOptions {
  readonly folders: readonly string[];
  readonly packages: readonly string[];
  readonly size: number;
  readonly pool: WorkerPoolConfig;
  readonly lockDuration: number;
  readonly stalledInterval: number;
  readonly maxStalls: number;
  readonly closeTimeout: number;
  readonly onError: (error: unknown) => void;
}

const workerNames = [
  ...fleetOptionNames,
  ...['modules', 'packages', 'size', 'pool', 'lockDuration', 'stalledInterval', 'maxStalls', 'closeTimeout', 'onError'],
];

/** @throws TypeError that names the first invalid or unknown option. */
export function fleetWorkerOptions(config: FleetWorkerConfig): FleetWorkerOptions {
  const caller = 'runFleetWorker';
  checkOptions(caller, config, workerNames);
  const { modules = [], packages = [], size = availableParallelism(), pool = {} } = config;
  const { lockDuration = 30_000, stalledInterval = 15_000, maxStalls = 3, closeTimeout = 10_000 } = config;
  const { onError = warn } = config;
  const folders = (Array.isArray(modules) ? modules : [modules]).map((folder) =>
    folderOf(`${caller}: modules`, folder),
  );
  checkArray(`${caller}: packages`, packages, 'an array of names of packages');
  for (const name of packages) checkString(`${caller}: packages`, name);
  if (folders.length === 0 && packages.length === 0)
    throw new TypeError(
      `${caller}: expected \`modules\` or \`packages\`; got neither. A worker runs only functions of folders and packages that it names.`,
    );
  checkCount(`${caller}: size`, size, { min: 1 });
  checkCount(`${caller}: lockDuration`, lockDuration, { min: 100, unit: 'ms' });
  checkCount(`${caller}: stalledInterval`, stalledInterval, { min: 100, unit: 'ms' });
  checkCount(`${caller}: maxStalls`, maxStalls, { min: 0 });
  checkMs(`${caller}: closeTimeout`, closeTimeout);
  checkFunction(`${caller}: onError`, onError);
  for (const name of ['name', 'size', 'min', 'max', 'maxQueue', 'overflow'])
    if (name in pool)
      throw invalidOption(`${caller}: pool`, `options without \`${name}\`, which the worker sets itself`, pool);
  return {
    ...checkedFleetOptions(caller, config),
    folders,
    packages,
    size,
    pool,
    lockDuration,
    stalledInterval,
    maxStalls,
    closeTimeout,
    onError,
  };
}

const warn = (error: unknown): void => {
  process.emitWarning(error instanceof Error ? error : String(error));
};
