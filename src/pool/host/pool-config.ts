/** The options of a worker pool, checked. */
import { invalidOption } from '../../core/describe';
import { checkOptions } from '../../core/options';
import { printable } from '../../core/printable';
import { codeOf, type FunctionReference } from '../wire/function-code';
import type { FunctionCode } from '../wire/messages';
import type { ThreadOptions } from '../thread/platform';

export interface WorkerPoolConfig extends ThreadOptions {
  /** For errors and events (`'WorkerPool'`). */
  readonly name?: string;
  /** So many threads, always (as many as the machine has cores, less one for this thread). 0 parks the work. */
  readonly size?: number;
  /** At least so many threads (0); with `max`, instead of `size`. */
  readonly min?: number;
  /** At most so many threads. */
  readonly max?: number;
  /** In ms: a thread beyond `min` that has been idle for so long ends (10 000). */
  readonly idleTimeout?: number;
  /** So many tasks may wait for a thread (Infinity). */
  readonly maxQueue?: number;
  /** Who fails when they are more: the newcomer (`'reject'`), or who has waited longest (`'evict'`). */
  readonly overflow?: 'reject' | 'evict';
  /** In ms: so long a task may take, its wait in the queue included (Infinity). */
  readonly taskTimeout?: number;
  /** In ms: so long a task that was cancelled may go on, until it is ended with its thread (1000). */
  readonly grace?: number;
  /** A function each thread runs before its first task. */
  readonly init?: (() => unknown) | FunctionReference;
  /** Node's, for each thread: `maxOldGenerationSizeMb` and so on. */
  readonly resourceLimits?: Readonly<Record<string, number>>;
  /** Node's, for each thread: its environment (a copy of this one), or `SHARE_ENV`. */
  readonly env?: Readonly<Record<string, string | undefined>> | symbol;
  /** Node's, for each thread: options of `node` (those of this process). */
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

/** The compiler sees to it that none is missing. */
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

/** Those of Node's `new Worker`. */
const limitNames: readonly string[] = [
  'maxYoungGenerationSizeMb',
  'maxOldGenerationSizeMb',
  'codeRangeSizeMb',
  'stackSizeMb',
];

const OVERFLOWS: readonly unknown[] = ['reject', 'evict'];

/**
 * @param cores - How many threads the machine runs at a time.
 * @throws TypeError naming the option, what it must be, and what came.
 */
export function optionsOf(config: WorkerPoolConfig, cores: number): PoolOptions {
  checkOptions('WorkerPool', config, optionNames);
  const { name = 'WorkerPool', idleTimeout = 10_000, maxQueue = Infinity, overflow = 'reject' } = config;
  const { taskTimeout = Infinity, grace = 1_000, init, resourceLimits, env, execArgv } = config;
  if (typeof name !== 'string') throw invalidOption('WorkerPool: name', 'a string', name);
  if (!OVERFLOWS.includes(overflow)) throw invalidOption('WorkerPool: overflow', "'reject' or 'evict'", overflow);
  if (maxQueue !== Infinity) checkCount('maxQueue', maxQueue);
  checkMs('idleTimeout', idleTimeout);
  checkMs('taskTimeout', taskTimeout);
  checkMs('grace', grace);
  checkThreadOptions({ resourceLimits, env, execArgv });
  return {
    name: printable(name),
    ...bounds(config, cores),
    idleTimeout,
    maxQueue,
    overflow,
    taskTimeout,
    grace,
    init: init === undefined ? undefined : codeOf(init, 'WorkerPool: init').code,
    threads: { resourceLimits, env, execArgv },
  };
}

export function checkCount(option: string, count: unknown): void {
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0) return;
  throw invalidOption(`WorkerPool: ${option}`, 'a whole number, 0 or more', count);
}

export function checkMs(option: string, ms: unknown): void {
  if (typeof ms === 'number' && ms >= 0) return;
  throw invalidOption(`WorkerPool: ${option}`, 'a number of milliseconds, 0 or more', ms);
}

/** @throws TypeError for an option of `task` that makes no sense. */
export function checkTaskOptions(name: unknown, timeout: unknown, signal: unknown): void {
  if (typeof name !== 'string') throw invalidOption('WorkerPool.task: name', 'a string', name);
  if (timeout !== undefined) checkMs('task.timeout', timeout);
  if (signal !== undefined && !(typeof signal === 'object' && signal !== null && 'aborted' in signal)) {
    throw invalidOption('WorkerPool.task: signal', 'an AbortSignal', signal);
  }
}

/** @throws TypeError for an option of `close` that makes no sense. */
export function checkedCloseOptions(config: { readonly force?: boolean; readonly timeout?: number }): {
  readonly force: boolean;
  readonly timeout: number;
} {
  checkOptions('WorkerPool.close', config, ['force', 'timeout']);
  const { force = false, timeout = Infinity } = config;
  if (typeof force !== 'boolean') throw invalidOption('WorkerPool.close: force', 'true or false', force);
  checkMs('close.timeout', timeout);
  return { force, timeout };
}

function bounds({ size, min, max }: WorkerPoolConfig, cores: number): { readonly min: number; readonly max: number } {
  if (size !== undefined) {
    if (min !== undefined || max !== undefined) {
      throw new TypeError('WorkerPool: give it a size, or min and max; it was given both.');
    }
    checkCount('size', size);
    return { min: size, max: size };
  }
  // One of them is this thread's.
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
  if (resourceLimits !== undefined) checkOptions('WorkerPool: resourceLimits', resourceLimits, limitNames);
  for (const [limit, value] of Object.entries<unknown>(resourceLimits ?? {})) checkLimit(limit, value);
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

/** In MB: with less, a version of Node that is supported ends the process as it starts the thread. */
const LEAST: Readonly<Record<string, number>> = { stackSizeMb: 0.5, maxOldGenerationSizeMb: 4 };

function checkLimit(limit: string, value: unknown): void {
  const least = LEAST[limit] ?? 0;
  if (value === undefined || (typeof value === 'number' && value > 0 && value >= least)) return;
  throw invalidOption(
    `WorkerPool: resourceLimits.${limit}`,
    `a number of MB, ${least > 0 ? `${least} or more, since Node itself ends with less` : 'more than 0'}`,
    value,
  );
}
