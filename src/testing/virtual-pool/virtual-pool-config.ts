/** The options of a virtual pool, checked. */
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { invalidOption } from '../../core/describe';
import { checkOptions } from '../../core/options';
import type { TaskConfig } from '../../pool/api/worker-pool-base';

export interface VirtualPoolConfig {
  /** For errors (`'VirtualPool'`). */
  readonly name?: string;
  /** So many tasks run at a time (1). 0 parks the work. */
  readonly size?: number;
  /**
   * In ms of its clock: so long a task holds its worker before what it gives begins to come, or a function that says so
   * for each call (0). What a task gives may take time of its own besides: an Observable does, on the same clock.
   */
  readonly duration?: number | ((name: string, args: readonly unknown[]) => number);
  /** The RxJS scheduler that time comes from (`asyncScheduler`, which `TestScheduler.run` makes virtual). */
  readonly clock?: SchedulerLike;
  /** So many tasks may wait for a worker (Infinity). */
  readonly maxQueue?: number;
  /** Who fails when they are more: the newcomer (`'reject'`), or who has waited longest (`'evict'`). */
  readonly overflow?: 'reject' | 'evict';
  /** In ms of its clock: so long a task may take, its wait in the queue included (Infinity). */
  readonly taskTimeout?: number;
  /** What the module of a function that is given by reference exports (such a task fails with a `ModuleLoadError`). */
  readonly load?: (url: string) => object;
}

export type VirtualPoolOptions = Required<Omit<VirtualPoolConfig, 'duration' | 'load'>> & {
  readonly durationOf: (name: string, args: readonly unknown[]) => number;
  readonly load: ((url: string) => object) | undefined;
};

/** The compiler sees to it that none is missing. */
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

/** @throws TypeError naming the option, what it must be, and what came. */
export function virtualPoolOptions(config: VirtualPoolConfig): VirtualPoolOptions {
  if (typeof config !== 'object' || (config as unknown) === null) throw wrongOption('its config', 'an object', config);
  const stray = Object.keys(config).find((option) => !Object.hasOwn(allOptions, option));
  if (stray !== undefined) {
    throw new TypeError(
      `VirtualPool: there is no option "${stray}". Its options are ${Object.keys(allOptions).join(', ')}; ` +
        'what a WorkerPool takes for its threads means nothing here.',
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
    throw wrongOption('load', 'a function from a URL to what that module exports', load);
  }
  const durationOf = typeof duration === 'function' ? duration : (): number => duration;
  return { name, size, durationOf, clock, maxQueue, overflow, taskTimeout, load };
}

/** @throws TypeError as a `WorkerPool` does. */
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
