/** What a task can know of itself, in its worker: `this` of its function, or `workerTask()` while it is being called. */
import { WouldBlockError } from '../../core/errors';
import { transfer } from '../wire/transfer';
import type { FunctionReference } from '../wire/function-code';

/** What a task is given of its pool. */
export interface WorkerTask {
  readonly name: string;
  /** Aborts when nobody wants the result any more, or its time is over. A thread whose task goes on is ended after the pool's `grace`. */
  readonly signal: AbortSignal;
  /**
   * Runs another function on the same pool. While it is waited for, this thread is free for other tasks, so tasks may
   * nest deeper than there are threads.
   */
  do<A extends unknown[], R>(fn: ((...args: A) => R) | FunctionReference, ...args: A): NestedJob<Awaited<R>>;
  /** As `transfer`, for functions that are sent as source and can import nothing. */
  readonly transfer: typeof transfer;
}

/** A promise; what would block the thread is refused, since the thread may be what the work waits for. */
export interface NestedJob<T> extends Promise<T> {
  get(): never;
  wait(): never;
  block(): never;
}

const KEY = Symbol.for('sluice.workerTask');
const store = globalThis as unknown as Record<symbol, WorkerTask | undefined>;

/**
 * The task that is being called in this worker. Ask before the function awaits anything: later another task may be on.
 *
 * @throws Error outside of a task.
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
    'workerTask() was called where no task of a WorkerPool is being called. ' +
      'Call it in a worker, at the start of the function, before it awaits anything.',
  );
}

/** @internal */
export function exchangeWorkerTask(next: WorkerTask | undefined): WorkerTask | undefined {
  const previous = store[KEY];
  store[KEY] = next;
  return previous;
}

/** @internal */
export function nested<T>(promise: Promise<T>): NestedJob<T> {
  const refuse = (): never => {
    throw new WouldBlockError([
      'a task of the pool this thread belongs to, which may need this very thread; await it instead',
    ]);
  };
  return Object.assign(promise, { get: refuse, wait: refuse, block: refuse });
}
