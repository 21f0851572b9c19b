/** The options of a worker pool, and their checks. */
import { invalidOption } from '../../core/describe';
import { checkCount, checkMs, checkOneOf, checkString } from '../../core/option-values';
import { checkOptions, isConfig } from '../../core/options';
import { printable } from '../../core/printable';
import { codeOf, type FunctionReference } from '../wire/function-code';
import type { FunctionCode } from '../wire/messages';
import type { ThreadLifecyclePlan, ThreadOptions } from '../thread/platform';

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
  /**
   * Number of asynchronous tasks that one thread runs at a time. While one of them awaits something, the thread runs others.
   * If the thread crashes, all of them fail, because it is not known which one has caused it.
   *
   * @defaultValue 1
   */
  readonly concurrency?: number;
  /**
   * Number of tasks after which a thread is replaced, when none of its tasks runs.
   *
   * @defaultValue `Infinity`
   */
  readonly maxTasksPerThread?: number;
  /**
   * Used heap in MB, garbage included, above which a thread is replaced, after the tasks that run on it. Node only.
   *
   * @defaultValue `Infinity`
   */
  readonly maxHeapMbPerThread?: number;
  /**
   * A function that each thread runs before its first task, with `initData` as its argument. It is sent like the function
   * of a task. If it fails, the thread is replaced, `events$` emits a `fault`, and after three failures in a row the pool
   * pauses before it tries again: 1 s at first, then twice as long each time, up to 60 s.
   */
  readonly init?: InitFunction | FunctionReference;
  /**
   * The argument of `init`, copied to each thread: configuration, a `SharedArrayBuffer`, or, for a pool of one thread, a
   * port in `transfer`.
   */
  readonly initData?: unknown;
  /**
   * A function that each thread runs before an orderly end: by `close`, by a smaller `size`, after `idleTimeout`, and when
   * the process has nothing else to do. It gets `grace` ms to end. It does not run on a thread that is ended by force or
   * has crashed.
   */
  readonly teardown?: (() => unknown) | FunctionReference;
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

/** A parameter of any type is accepted, as for the arguments of a task. */
type InitFunction = { bivariant(data: unknown): unknown }['bivariant'];

export interface PoolOptions {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly idleTimeout: number;
  readonly maxQueue: number;
  readonly overflow: 'reject' | 'evict';
  readonly taskTimeout: number;
  readonly grace: number;
  readonly concurrency: number;
  readonly maxTasksPerThread: number;
  readonly maxHeapMbPerThread: number;
  readonly lifecycle: ThreadLifecyclePlan;
  readonly threads: ThreadOptions;
}

/** An object, so that the compiler reports a missing name. */
export const poolOptionNames: readonly string[] = Object.keys({
  name: true,
  size: true,
  min: true,
  max: true,
  idleTimeout: true,
  maxQueue: true,
  overflow: true,
  taskTimeout: true,
  grace: true,
  concurrency: true,
  maxTasksPerThread: true,
  maxHeapMbPerThread: true,
  init: true,
  initData: true,
  teardown: true,
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

/**
 * Checks the config of a pool and fills in the defaults.
 *
 * @param cores - Number of threads that the machine runs in parallel.
 * @throws TypeError for an invalid option.
 */
export function optionsOf(config: WorkerPoolConfig, cores: number): PoolOptions {
  checkOptions('WorkerPool', config, poolOptionNames);
  const { name = 'WorkerPool', idleTimeout = 10_000, maxQueue = Infinity, overflow = 'reject' } = config;
  const { concurrency = 1, maxTasksPerThread = Infinity, maxHeapMbPerThread = Infinity } = config;
  const { taskTimeout = Infinity, grace = 1_000, init, initData, teardown, resourceLimits, env, execArgv } = config;
  checkString('WorkerPool: name', name);
  checkOneOf('WorkerPool: overflow', overflow, ['reject', 'evict']);
  checkCount('WorkerPool: maxQueue', maxQueue, { min: 0, orInfinity: true });
  checkMs('WorkerPool: idleTimeout', idleTimeout);
  checkMs('WorkerPool: taskTimeout', taskTimeout);
  checkMs('WorkerPool: grace', grace);
  checkCount('WorkerPool: concurrency', concurrency, { min: 1 });
  checkCount('WorkerPool: maxTasksPerThread', maxTasksPerThread, { min: 1, orInfinity: true });
  if (!(typeof maxHeapMbPerThread === 'number' && maxHeapMbPerThread > 0))
    throw invalidOption('WorkerPool: maxHeapMbPerThread', 'a number of MB, more than 0', maxHeapMbPerThread);
  if (initData !== undefined && init === undefined)
    throw invalidOption('WorkerPool: initData', 'left out without `init`, whose argument it is', initData);
  checkThreadOptions({ resourceLimits, env, execArgv });
  return {
    name: printable(name),
    ...boundsOf(config, cores),
    idleTimeout,
    maxQueue,
    overflow,
    taskTimeout,
    grace,
    concurrency,
    maxTasksPerThread,
    maxHeapMbPerThread,
    lifecycle: { init: codeOfOption('init', init), teardown: codeOfOption('teardown', teardown), initData },
    threads: { resourceLimits, env, execArgv },
  };
}

const codeOfOption = (option: 'init' | 'teardown', fn: unknown): FunctionCode | undefined =>
  fn === undefined ? undefined : codeOf(fn, `WorkerPool: ${option}`).code;

function boundsOf({ size, min, max }: WorkerPoolConfig, cores: number): { readonly min: number; readonly max: number } {
  if (size !== undefined) {
    if (min !== undefined || max !== undefined) {
      throw new TypeError('WorkerPool: expected either `size`, or `min` and `max`; got both. Leave one of them out.');
    }
    checkCount('WorkerPool: size', size, { min: 0 });
    return { min: size, max: size };
  }
  // One core is left to this thread.
  const spare = Math.max(1, cores - 1);
  if (min === undefined && max === undefined) return { min: spare, max: spare };
  const least = min ?? 0;
  const most = max ?? Math.max(least, spare);
  checkCount('WorkerPool: min', least, { min: 0 });
  checkCount('WorkerPool: max', most, { min: 0 });
  if (least > most) throw invalidOption('WorkerPool: max', `min (${String(least)}) or more`, most);
  return { min: least, max: most };
}

function checkThreadOptions({ resourceLimits, env, execArgv }: ThreadOptions): void {
  if (resourceLimits !== undefined) checkResourceLimits(resourceLimits);
  if (env !== undefined && typeof env !== 'symbol') checkEnv(env);
  if (execArgv !== undefined && !(Array.isArray(execArgv) && execArgv.every((arg) => typeof arg === 'string'))) {
    throw invalidOption('WorkerPool: execArgv', 'an array of strings', execArgv);
  }
}

function checkEnv(env: unknown): void {
  if (typeof env !== 'object' || env === null || Array.isArray(env))
    throw invalidOption('WorkerPool: env', 'an object of strings, or SHARE_ENV', env);
  for (const [variable, value] of Object.entries(env))
    if (value !== undefined) checkString(`WorkerPool: env.${variable}`, value);
}

/** In MB. With less, a supported version of Node aborts the whole process when it starts the thread. */
const LEAST_MB: Readonly<Record<string, number>> = { stackSizeMb: 0.5, maxOldGenerationSizeMb: 4 };

function checkResourceLimits(limits: Readonly<Record<string, unknown>>): void {
  const place = 'WorkerPool: resourceLimits';
  if (!isConfig(limits, resourceLimitNames)) throw invalidOption(place, 'an object of numbers', limits);
  checkOptions(place, limits, resourceLimitNames);
  for (const [limit, value] of Object.entries(limits)) checkResourceLimit(limit, value);
}

function checkResourceLimit(limit: string, value: unknown): void {
  const least = LEAST_MB[limit] ?? 0;
  if (value === undefined || (typeof value === 'number' && value > 0 && value >= least)) return;
  throw invalidOption(
    `WorkerPool: resourceLimits.${limit}`,
    `a number of MB, ${least > 0 ? `${least} or more, because Node itself aborts with less` : 'more than 0'}`,
    value,
  );
}
