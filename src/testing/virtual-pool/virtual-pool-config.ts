/** The options of a virtual pool, and their checks. */
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { invalidOption } from '../../core/describe';
import { checkOptions } from '../../core/options';
import type { TaskConfig } from '../../pool/api/worker-pool-base';

export interface VirtualPoolConfig {
  /**
   * The name of the pool in error messages.
   *
   * @defaultValue `'VirtualPool'`
   */
  readonly name?: string;
  /**
   * Number of virtual workers: the tasks that run at a time. `0` pauses the pool.
   *
   * @defaultValue `1`
   */
  readonly size?: number;
  /**
   * Time in ms of `clock` from the start of a task to its result, or a function that returns it for each call. The result
   * may take further time: an Observable does, on the same clock.
   *
   * @defaultValue `0`
   */
  readonly duration?: number | ((name: string, args: readonly unknown[]) => number);
  /**
   * The RxJS scheduler of all delays. `TestScheduler.run` makes the default virtual.
   *
   * @defaultValue `asyncScheduler`
   */
  readonly clock?: SchedulerLike;
  /**
   * Number of tasks that may wait for a worker.
   *
   * @defaultValue `Infinity`
   */
  readonly maxQueue?: number;
  /**
   * The task that fails when the queue is full: the new one (`'reject'`), or the one that has waited longest (`'evict'`).
   *
   * @defaultValue `'reject'`
   */
  readonly overflow?: 'reject' | 'evict';
  /**
   * Time limit of a task in ms of `clock`, including its wait in the queue.
   *
   * @defaultValue `Infinity`
   */
  readonly taskTimeout?: number;
  /**
   * A function that returns the exports of the module at a URL, for functions that are given by reference. Without it, such
   * a task fails with a `ModuleLoadError`.
   *
   * @defaultValue none
   */
  readonly load?: (url: string) => object;
}

export type VirtualPoolOptions = Required<Omit<VirtualPoolConfig, 'duration' | 'load'>> & {
  readonly durationOf: (name: string, args: readonly unknown[]) => number;
  readonly load: ((url: string) => object) | undefined;
};

/** Complete, since the compiler checks it against `VirtualPoolConfig`. */
const allOptions: Readonly<Record<keyof VirtualPoolConfig, true>> = {
  name: true,
  size: true,
  duration: true,
  clock: true,
  maxQueue: true,
  overflow: true,
  taskTimeout: true,
  load: true,
};

/** @throws TypeError that names the first invalid or unknown option. */
export function virtualPoolOptions(config: VirtualPoolConfig): VirtualPoolOptions {
  if (typeof config !== 'object' || (config as unknown) === null) throw wrongOption('its config', 'an object', config);
  const unknownOption = Object.keys(config).find((option) => !Object.hasOwn(allOptions, option));
  if (unknownOption !== undefined) {
    throw new TypeError(
      `VirtualPool: unknown option "${unknownOption}". The options are ${Object.keys(allOptions).join(', ')}. ` +
        'Remove the options that configure the threads of a WorkerPool: a virtual pool has no threads.',
    );
  }
  const { name = 'VirtualPool', size = 1, duration = 0, clock = asyncScheduler, load } = config;
  const { maxQueue = Infinity, overflow = 'reject', taskTimeout = Infinity } = config;
  if (typeof name !== 'string') throw wrongOption('name', 'a string', name);
  checkCount('size', size);
  if (typeof duration !== 'function') checkMs('duration', duration);
  if (!isScheduler(clock)) throw wrongOption('clock', 'an RxJS scheduler', clock);
  if (maxQueue !== Infinity) checkCount('maxQueue', maxQueue);
  if (!OVERFLOWS.includes(overflow)) throw wrongOption('overflow', "'reject' or 'evict'", overflow);
  checkMs('taskTimeout', taskTimeout);
  if (load !== undefined && typeof load !== 'function') {
    throw wrongOption('load', 'a function that returns the exports of a URL', load);
  }
  const durationOf = typeof duration === 'function' ? duration : (): number => duration;
  return { name, size, durationOf, clock, maxQueue, overflow, taskTimeout, load };
}

/** @throws TypeError for an invalid or unknown option of a task. */
export function checkTaskConfig(config: TaskConfig): void {
  checkOptions('VirtualPool.task', config, ['name', 'timeout', 'signal']);
  const { name, timeout, signal } = config;
  if (name !== undefined && typeof name !== 'string') throw wrongOption('task.name', 'a string', name);
  if (timeout !== undefined) checkMs('task.timeout', timeout);
  if (signal !== undefined && !(typeof signal === 'object' && 'aborted' in signal)) {
    throw wrongOption('task.signal', 'an AbortSignal', signal);
  }
}

const OVERFLOWS: readonly unknown[] = ['reject', 'evict'];

const isScheduler = (clock: Partial<SchedulerLike> | null): boolean =>
  typeof clock?.schedule === 'function' && typeof clock.now === 'function';

export function checkCount(option: string, count: unknown): void {
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0) return;
  throw wrongOption(option, 'a whole number, 0 or more', count);
}

export function checkMs(option: string, ms: unknown): number {
  if (typeof ms === 'number' && ms >= 0) return ms;
  throw wrongOption(option, 'a number of ms, 0 or more', ms);
}

const wrongOption = (option: string, mustBe: string, got: unknown): TypeError =>
  invalidOption(`VirtualPool: ${option}`, mustBe, got);
