/** The options of a virtual pool, and their checks. */
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { checkCount, checkFunction, checkMs, checkOneOf, checkScheduler, checkString } from '../../core/option-values';
import { checkOptions, isConfig } from '../../core/options';
import { poolOptionNames } from '../../pool/host/pool-config';

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
const optionNames: readonly string[] = Object.keys({
  name: true,
  size: true,
  duration: true,
  clock: true,
  maxQueue: true,
  overflow: true,
  taskTimeout: true,
  load: true,
} satisfies Record<keyof VirtualPoolConfig, true>);

/** @throws TypeError that names the first invalid or unknown option. */
export function virtualPoolOptions(config: VirtualPoolConfig): VirtualPoolOptions {
  checkOptionNames(config);
  const { name = 'VirtualPool', size = 1, duration = 0, clock = asyncScheduler, load } = config;
  const { maxQueue = Infinity, overflow = 'reject', taskTimeout = Infinity } = config;
  checkString('VirtualPool: name', name);
  checkCount('VirtualPool: size', size, { min: 0 });
  if (typeof duration !== 'function') checkMs('VirtualPool: duration', duration, ', or a function that returns one');
  checkScheduler('VirtualPool: clock', clock);
  checkCount('VirtualPool: maxQueue', maxQueue, { min: 0, orInfinity: true });
  checkOneOf('VirtualPool: overflow', overflow, ['reject', 'evict']);
  checkMs('VirtualPool: taskTimeout', taskTimeout);
  if (load !== undefined) checkFunction('VirtualPool: load', load, 'a function that returns the exports of a URL');
  const durationOf = typeof duration === 'function' ? duration : (): number => duration;
  return { name, size, durationOf, clock, maxQueue, overflow, taskTimeout, load };
}

/** @throws TypeError for an unknown option, or an option of `WorkerPool` that configures its threads. */
function checkOptionNames(config: object): void {
  const threadOption = isConfig(config, optionNames) && Object.keys(config).find(isThreadOption);
  if (threadOption) {
    throw new TypeError(
      `VirtualPool: unknown option "${threadOption}", which configures the threads of a WorkerPool. ` +
        'Remove it: a virtual pool has no threads.',
    );
  }
  checkOptions('VirtualPool', config, optionNames);
}

const isThreadOption = (name: string): boolean => poolOptionNames.includes(name) && !optionNames.includes(name);
