/** The options of a worker pool, and their checks. */
import { invalidOption } from '../../core/describe';
import { checkOptions } from '../../core/options';
import { printable } from '../../core/printable';
import { codeOf, type FunctionReference } from '../wire/function-code';
import type { FunctionCode } from '../wire/messages';
import type { ThreadOptions } from '../thread/platform';

export interface WorkerPoolConfig extends ThreadOptions {
  /**
   * Name of the pool, in errors and events.
   *
   * @defaultValue `'WorkerPool'`
   */
  readonly name?: string;
  /**
   * Number of worker threads. `0` pauses the pool.
   *
   * @defaultValue the number of cores less one, and 1 at least
   */
  readonly size?: number;
  /**
   * Least number of threads, together with `max` and instead of `size`.
   *
   * @defaultValue 0, if `max` is set
   */
  readonly min?: number;
  /**
   * Greatest number of threads. Threads are started when tasks wait for one.
   *
   * @defaultValue the number of cores less one, and `min` at least, if `min` is set
   */
  readonly max?: number;
  /**
   * Time in ms after which an idle thread beyond `min` is ended.
   *
   * @defaultValue 10 000
   */
  readonly idleTimeout?: number;
  /**
   * Number of tasks that may wait for a thread.
   *
   * @defaultValue `Infinity`
   */
  readonly maxQueue?: number;
  /**
   * Which task fails with a `QueueFullError` when the queue is full: the new one (`'reject'`), or the one that has waited
   * longest (`'evict'`).
   *
   * @defaultValue `'reject'`
   */
  readonly overflow?: 'reject' | 'evict';
  /**
   * Time limit of a task in ms, its wait in the queue included.
   *
   * @defaultValue `Infinity`
   */
  readonly taskTimeout?: number;
  /**
   * Time in ms that a cancelled task gets to end. Then its thread is killed.
   *
   * @defaultValue 1000
   */
  readonly grace?: number;
  /** A function that each thread runs before its first task. It is sent like the function of a task. */
  readonly init?: (() => unknown) | FunctionReference;
  /** `resourceLimits` of Node's `Worker`, for each thread: `maxOldGenerationSizeMb` and so on. Node only. */
  readonly resourceLimits?: Readonly<Record<string, number>>;
  /**
   * Environment variables of each thread, or `SHARE_ENV`. Node only.
   *
   * @defaultValue a copy of `process.env`
   */
  readonly env?: Readonly<Record<string, string | undefined>> | symbol;
  /**
   * Command-line options of `node` for each thread. Node only.
   *
   * @defaultValue those of this process
   */
  readonly execArgv?: readonly string[];
}

export interface PoolOptions {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly idleTimeout: number;
  readonly maxQueue: number;
  readonly overflow: 'reject' | 'evict';
  readonly taskTimeout: number;
  readonly grace: number;
  readonly init: FunctionCode | undefined;
  readonly threads: ThreadOptions;
}

/** An object, so that the compiler reports a missing name. */
const optionNames: readonly string[] = Object.keys({
  name: true,
  size: true,
  min: true,
  max: true,
  idleTimeout: true,
  maxQueue: true,
  overflow: true,
  taskTimeout: true,
  grace: true,
  init: true,
  resourceLimits: true,
  env: true,
  execArgv: true,
} satisfies Record<keyof WorkerPoolConfig, true>);

const resourceLimitNames: readonly string[] = [
  'maxYoungGenerationSizeMb',
  'maxOldGenerationSizeMb',
  'codeRangeSizeMb',
  'stackSizeMb',
];

const OVERFLOWS: readonly unknown[] = ['reject', 'evict'];

/**
 * Checks the config of a pool and fills in the defaults.
 *
 * @param cores - Number of threads that the machine runs in parallel.
 * @throws TypeError for an invalid option.
 */
export function optionsOf(config: WorkerPoolConfig, cores: number): PoolOptions {
  checkOptions('WorkerPool', config, optionNames);
  const { name = 'WorkerPool', idleTimeout = 10_000, maxQueue = Infinity, overflow = 'reject' } = config;
  const { taskTimeout = Infinity, grace = 1_000, init, resourceLimits, env, execArgv } = config;
  if (typeof name !== 'string') throw invalidOption('WorkerPool: name', 'a string', name);
  if (!OVERFLOWS.includes(overflow)) throw invalidOption('WorkerPool: overflow', "'reject' or 'evict'", overflow);
  if (maxQueue !== Infinity) checkCount('maxQueue', maxQueue);
  checkMs('WorkerPool: idleTimeout', idleTimeout);
  checkMs('WorkerPool: taskTimeout', taskTimeout);
  checkMs('WorkerPool: grace', grace);
  checkThreadOptions({ resourceLimits, env, execArgv });
  return {
    name: printable(name),
    ...boundsOf(config, cores),
    idleTimeout,
    maxQueue,
    overflow,
    taskTimeout,
    grace,
    init: init === undefined ? undefined : codeOf(init, 'WorkerPool: init').code,
    threads: { resourceLimits, env, execArgv },
  };
}

/** @throws TypeError unless `count` is a whole number, 0 or more. */
export function checkCount(option: string, count: unknown): void {
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0) return;
  throw invalidOption(`WorkerPool: ${option}`, 'a whole number, 0 or more', count);
}

function checkMs(place: string, ms: unknown): void {
  if (typeof ms === 'number' && ms >= 0) return;
  throw invalidOption(place, 'a number of milliseconds, 0 or more', ms);
}

/** @throws TypeError for an invalid option of `task`. */
export function checkTaskOptions(name: unknown, timeout: unknown, signal: unknown): void {
  if (typeof name !== 'string') throw invalidOption('WorkerPool.task: name', 'a string', name);
  if (timeout !== undefined) checkMs('WorkerPool.task: timeout', timeout);
  if (signal !== undefined && !(typeof signal === 'object' && signal !== null && 'aborted' in signal)) {
    throw invalidOption('WorkerPool.task: signal', 'an AbortSignal', signal);
  }
}

/** @throws TypeError for an invalid option of `close`. */
export function checkedCloseOptions(config: { readonly force?: boolean; readonly timeout?: number }): {
  readonly force: boolean;
  readonly timeout: number;
} {
  checkOptions('WorkerPool.close', config, ['force', 'timeout']);
  const { force = false, timeout = Infinity } = config;
  if (typeof force !== 'boolean') throw invalidOption('WorkerPool.close: force', 'true or false', force);
  checkMs('WorkerPool.close: timeout', timeout);
  return { force, timeout };
}

function boundsOf({ size, min, max }: WorkerPoolConfig, cores: number): { readonly min: number; readonly max: number } {
  if (size !== undefined) {
    if (min !== undefined || max !== undefined) {
      throw new TypeError('WorkerPool: expected either `size`, or `min` and `max`; got both. Leave one of them out.');
    }
    checkCount('size', size);
    return { min: size, max: size };
  }
  // One core is left to this thread.
  const spare = Math.max(1, cores - 1);
  if (min === undefined && max === undefined) return { min: spare, max: spare };
  const least = min ?? 0;
  const most = max ?? Math.max(least, spare);
  checkCount('min', least);
  checkCount('max', most);
  if (least > most) throw invalidOption('WorkerPool: max', `min (${String(least)}) or more`, most);
  return { min: least, max: most };
}

function checkThreadOptions({ resourceLimits, env, execArgv }: ThreadOptions): void {
  if (resourceLimits !== undefined && (typeof resourceLimits !== 'object' || (resourceLimits as unknown) === null)) {
    throw invalidOption('WorkerPool: resourceLimits', 'an object of numbers', resourceLimits);
  }
  if (resourceLimits !== undefined) checkOptions('WorkerPool: resourceLimits', resourceLimits, resourceLimitNames);
  for (const [limit, value] of Object.entries<unknown>(resourceLimits ?? {})) checkResourceLimit(limit, value);
  if (env !== undefined && typeof env !== 'symbol' && (typeof env !== 'object' || (env as unknown) === null)) {
    throw invalidOption('WorkerPool: env', 'an object of strings, or SHARE_ENV', env);
  }
  for (const [variable, value] of typeof env === 'object' ? Object.entries<unknown>(env) : []) {
    if (value !== undefined && typeof value !== 'string')
      throw invalidOption(`WorkerPool: env.${variable}`, 'a string', value);
  }
  if (execArgv !== undefined && !(Array.isArray(execArgv) && execArgv.every((arg) => typeof arg === 'string'))) {
    throw invalidOption('WorkerPool: execArgv', 'an array of strings', execArgv);
  }
}

/** In MB. With less, a supported version of Node aborts the whole process when it starts the thread. */
const LEAST_MB: Readonly<Record<string, number>> = { stackSizeMb: 0.5, maxOldGenerationSizeMb: 4 };

function checkResourceLimit(limit: string, value: unknown): void {
  const least = LEAST_MB[limit] ?? 0;
  if (value === undefined || (typeof value === 'number' && value > 0 && value >= least)) return;
  throw invalidOption(
    `WorkerPool: resourceLimits.${limit}`,
    `a number of MB, ${least > 0 ? `${least} or more, because Node itself aborts with less` : 'more than 0'}`,
    value,
  );
}
