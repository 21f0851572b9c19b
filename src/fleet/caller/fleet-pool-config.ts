/** The options of a fleet pool and of its tasks, and their checks. */
import { invalidOption } from '../../core/describe';
import { checkCount, checkFunction, checkMs, checkString } from '../../core/option-values';
import { checkOptions } from '../../core/options';
import { printable } from '../../core/printable';
import { checkTaskConfig, type TaskConfig } from '../../pool/api/task-config';
import {
  checkedFleetOptions,
  fleetOptionNames,
  folderOf,
  type FleetConfig,
  type FleetOptions,
} from '../redis/fleet-config';

export interface FleetPoolConfig extends FleetConfig {
  /**
   * Name of the pool, in errors and events.
   *
   * @defaultValue `'FleetPool'`
   */
  readonly name?: string;
  /**
   * The folder of modules on this machine. A module below it is named by its path within it, so the folder may have another
   * path on the machines of workers.
   *
   * @defaultValue none: modules are named by their whole path
   */
  readonly modules?: string | URL;
  /**
   * Time limit of a call in ms, its wait in the queue included.
   *
   * @defaultValue `Infinity`
   */
  readonly taskTimeout?: number;
  /**
   * Time in ms for which a call waits while no worker of its build is alive. Then it fails with a `NoFleetWorkerError`.
   *
   * @defaultValue 30 000
   */
  readonly workerTimeout?: number;
  /**
   * Time in ms for which a call waits while Redis is out of reach. Then it fails with a `FleetUnavailableError`.
   *
   * @defaultValue 30 000
   */
  readonly redisTimeout?: number;
  /**
   * Most calls that are sent as one job. Calls of one turn are joined as soon as their function is known to be quick; `1`
   * sends each call by itself.
   *
   * @defaultValue 100
   */
  readonly maxBatch?: number;
}

export interface FleetTaskConfig<A extends readonly unknown[] = never> extends TaskConfig {
  /**
   * Most runs of a call that fails. A cancelled call is not run again.
   *
   * @defaultValue 1
   */
  readonly attempts?: number;
  /**
   * Pause in ms before the next run of a failed call; with `'exponential'`, each pause is twice the one before.
   *
   * @defaultValue 0
   */
  readonly backoff?: number | { readonly type: 'fixed' | 'exponential'; readonly delay: number };
  /**
   * Time in ms until a call may start, by the clock of the caller.
   *
   * @defaultValue 0
   */
  readonly delay?: number;
  /**
   * Calls with a higher priority start first: a whole number from -1 000 000 to 1 000 000.
   *
   * @defaultValue 0
   */
  readonly priority?: number;
  /**
   * Returns the idempotency key of a call, from its arguments. Calls with one key, also of several callers, are one call: it
   * runs once, and all of them get its result, for `outcomeTtl` ms. A failed or cancelled call runs again when it is called again.
   */
  readonly key?: (...args: A) => string;
}

export interface FleetPoolOptions extends FleetOptions {
  readonly name: string;
  readonly modules: string | undefined;
  readonly taskTimeout: number;
  readonly workerTimeout: number;
  readonly redisTimeout: number;
  readonly maxBatch: number;
}

const poolNames = [...fleetOptionNames, 'name', 'modules', 'taskTimeout', 'workerTimeout', 'redisTimeout', 'maxBatch'];

/** @throws TypeError that names the first invalid or unknown option. */
export function fleetPoolOptions(config: FleetPoolConfig): FleetPoolOptions {
  checkOptions('FleetPool', config, poolNames);
  const { name = 'FleetPool', modules, taskTimeout = Infinity, maxBatch = 100 } = config;
  const { workerTimeout = 30_000, redisTimeout = 30_000 } = config;
  checkString('FleetPool: name', name);
  checkMs('FleetPool: taskTimeout', taskTimeout);
  checkMs('FleetPool: workerTimeout', workerTimeout);
  checkMs('FleetPool: redisTimeout', redisTimeout);
  checkCount('FleetPool: maxBatch', maxBatch, { min: 1 });
  return {
    ...checkedFleetOptions('FleetPool', config),
    name: printable(name),
    modules: modules === undefined ? undefined : folderOf('FleetPool: modules', modules),
    taskTimeout,
    workerTimeout,
    redisTimeout,
    maxBatch,
  };
}

/** The options of a task that its jobs have in BullMQ. */
export interface FleetTaskOptions {
  readonly attempts: number;
  readonly backoff: { readonly type: 'fixed' | 'exponential'; readonly delay: number };
  readonly delay: number;
  readonly priority: number;
  readonly key: ((...args: never) => unknown) | undefined;
}

const taskNames = ['name', 'timeout', 'signal', 'attempts', 'backoff', 'delay', 'priority', 'key'];
const MAX_PRIORITY = 1_000_000;

export const defaultTaskOptions = fleetTaskOptions('FleetPool.do', {});

/** @throws TypeError that names the first invalid or unknown option. */
export function fleetTaskOptions(caller: string, config: FleetTaskConfig): FleetTaskOptions {
  const { attempts = 1, backoff = 0, delay = 0, priority = 0, key, ...rest } = config;
  checkOptions(caller, config, taskNames);
  checkTaskConfig(caller, rest);
  checkCount(`${caller}: attempts`, attempts, { min: 1 });
  checkMs(`${caller}: delay`, delay);
  checkCount(`${caller}: priority`, priority, { min: -MAX_PRIORITY });
  if (priority > MAX_PRIORITY) throw invalidOption(`${caller}: priority`, `${String(MAX_PRIORITY)} or less`, priority);
  if (key !== undefined) checkFunction(`${caller}: key`, key, 'a function that returns the key of a call');
  return { attempts, backoff: backoffOf(caller, backoff), delay, priority, key };
}

function backoffOf(caller: string, backoff: Required<FleetTaskConfig>['backoff']): FleetTaskOptions['backoff'] {
  if (typeof backoff === 'number') {
    checkMs(`${caller}: backoff`, backoff);
    return { type: 'fixed', delay: backoff };
  }
  checkOptions(`${caller}: backoff`, backoff, ['type', 'delay']);
  const { type, delay } = backoff;
  if (!['fixed', 'exponential'].includes(type))
    throw invalidOption(`${caller}: backoff.type`, "'fixed' or 'exponential'", type);
  checkMs(`${caller}: backoff.delay`, delay);
  return { type, delay };
}
