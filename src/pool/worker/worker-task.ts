/** A worker task is the handle of a task inside its worker: `this` of its function, or `workerTask()` during the call. */
import { WouldBlockError } from '../../core/errors';
import { defineProperty, freeze } from '../wire/intrinsics';
import { transfer } from '../wire/transfer';
import type { FunctionReference } from '../wire/function-code';

/** The handle of a running task inside its worker. */
export interface WorkerTask {
  readonly name: string;
  /**
   * Aborts when the task is cancelled or its timeout has elapsed. If the task does not end within the `grace` of the pool
   * after that, its thread is terminated.
   */
  readonly signal: AbortSignal;
  /**
   * Runs another function on the same pool. This thread may run other tasks while the caller awaits the result, so tasks
   * may nest deeper than the pool has threads.
   *
   * @param fn a function that uses no variables of the surrounding scope, or a reference to a function of a module
   * @param args the arguments; they are copied, or moved by `transfer`
   */
  do<A extends unknown[], R>(fn: ((...args: A) => R) | FunctionReference, ...args: A): NestedJob<Awaited<R>>;
  /** The function `transfer`, for functions that are sent as source and cannot import it. */
  readonly transfer: typeof transfer;
}

/**
 * The result of `WorkerTask.do`: a promise. Its blocking methods throw a `WouldBlockError`, because the nested task may need
 * this very thread.
 */
export interface NestedJob<T> extends Promise<T> {
  get(): never;
  wait(): never;
  block(): never;
}

/** What the handle of a task asks of the task. */
export interface HandledTask {
  readonly name: string;
  readonly signal: AbortSignal;
  readonly isOver: boolean;
  fail(error: unknown): void;
  call(fn: unknown, args: readonly unknown[]): Promise<unknown>;
}

/**
 * The handle that a task gets as `this`. The task behind it is private: the members of the runtime cannot be read or
 * replaced. A function may keep state in its handle, which no other task has.
 *
 * @internal
 */
export class WorkerTaskHandle implements WorkerTask {
  declare readonly transfer: typeof transfer;
  readonly #task: HandledTask;

  constructor(task: HandledTask) {
    this.#task = task;
  }

  get name(): string {
    return this.#task.name;
  }

  get signal(): AbortSignal {
    return this.#task.signal;
  }

  do<A extends unknown[], R>(fn: ((...args: A) => R) | FunctionReference, ...args: A): NestedJob<Awaited<R>> {
    return toNestedJob(this.#task.call(fn, args) as Promise<Awaited<R>>);
  }

  /** Returns the task of a handle that the runtime has made. */
  static readonly taskOf = (handle: WorkerTaskHandle): HandledTask => handle.#task;
}

const { taskOf } = WorkerTaskHandle;

/**
 * Returns the task behind a handle.
 *
 * @internal
 */
export const taskOfHandle = (handle: WorkerTaskHandle): HandledTask => taskOf(handle);

// All handles share the prototype, so a task must not change it. The class is not reachable from a handle.
defineProperty(WorkerTaskHandle.prototype, 'transfer', { value: transfer, enumerable: true });
defineProperty(WorkerTaskHandle.prototype, 'constructor', { value: Object });
freeze(WorkerTaskHandle.prototype);

const KEY = Symbol.for('sluice.workerTask');
const store = globalThis as unknown as Record<symbol, WorkerTask | undefined>;

/**
 * Returns the task that is being called in this worker. Call it before the function awaits anything: after that, another
 * task may be running.
 *
 * @throws Error if no task is being called.
 * @example
 * // work.ts
 * export async function fetchText(url: string) {
 *   const { signal } = workerTask();
 *   return (await fetch(url, { signal })).text();
 * }
 */
export function workerTask(): WorkerTask {
  const task = store[KEY];
  if (task) return task;
  throw new Error(
    'workerTask() was called while no task of a WorkerPool was being called. ' +
      'Call it in a worker, at the start of the task function, before the first await.',
  );
}

/**
 * Sets the task that `workerTask()` returns; returns the previous one.
 *
 * @internal
 */
export function replaceWorkerTask(next: WorkerTask | undefined): WorkerTask | undefined {
  const previous = store[KEY];
  store[KEY] = next;
  return previous;
}

/**
 * Adds blocking methods that throw to a promise.
 *
 * @internal
 */
export function toNestedJob<T>(promise: Promise<T>): NestedJob<T> {
  const refuse = (): never => {
    throw new WouldBlockError([
      'a task of the pool that this thread belongs to, which may need this very thread; await it instead',
    ]);
  };
  return Object.assign(promise, { get: refuse, wait: refuse, block: refuse });
}
