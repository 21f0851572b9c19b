/** A task that runs again after a failure. The idea is asynq's `aretry`. */
import { timer } from 'rxjs';
import { invalidOption } from '../core/describe';
import { checkCount, checkDelay, checkFunction } from '../core/option-values';
import { checkOptions } from '../core/options';
import { isAsyncInput } from '../core/rx';
import { currentScheduler } from '../scheduler/batch-scheduler';
import type { Future } from '../future/future';
import type { TaskResult } from '../task/task';
import { asTask, taskLike } from './call-task';

export interface RetryTaskConfig {
  /**
   * Maximum number of runs, the first one included.
   *
   * @defaultValue `3`
   */
  readonly attempts?: number;
  /**
   * Delay after a failure, in ms of the scheduler's clock: a number, or a function of the attempt and its error.
   *
   * @defaultValue `0`
   */
  readonly delay?: number | ((attempt: number, error: unknown) => number);
  /**
   * Whether to run again after this failure.
   *
   * @defaultValue `() => true`
   */
  readonly when?: (error: unknown, attempt: number) => boolean;
}

/**
 * A task like `fn` that runs again after a failure. The last failure is thrown unchanged. Unsubscribing stops the task at
 * once, also during a delay. Attempts are counted from 1. The source is asynq's `aretry`.
 *
 * ```
 * fn         ---#      ---#             ---v|
 * delay         ======    =============
 * retryTask  ------------------------------v|
 * ```
 *
 * @param fn - A task or another function.
 * @throws TypeError at once if `fn` is not a function, or an option is invalid.
 * @example
 * const load = retryTask(loadPage, { attempts: 5, delay: (attempt) => 100 * 2 ** attempt });
 * load('/a').subscribe(console.log);
 */
export function retryTask<A extends readonly unknown[], R>(
  fn: (this: undefined, ...args: A) => R,
  config?: RetryTaskConfig,
): (...args: A) => Future<TaskResult<R>>;
export function retryTask<This, A extends readonly unknown[], R>(
  fn: (this: This, ...args: A) => R,
  config?: RetryTaskConfig,
): (this: This, ...args: A) => Future<TaskResult<R>>;
export function retryTask<This, A extends readonly unknown[], R>(
  fn: (this: This, ...args: A) => R,
  config: RetryTaskConfig = {},
): (this: This, ...args: A) => Future<TaskResult<R>> {
  const run = asTask('retryTask: its function', fn);
  const { attempts, delayAfter, shouldRetry } = checkedOptions(config);
  const body = function* (this: This, ...args: A): Generator<unknown, TaskResult<R>, unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return yield* Reflect.apply(run, this, args);
      } catch (error) {
        if (attempt >= attempts || !shouldRetry(error, attempt)) throw error;
        const ms = delayAfter(attempt, error);
        if (ms > 0) yield timer(ms, currentScheduler());
      }
    }
  };
  // Cast: the same type, because the result of a task result is itself.
  return taskLike(fn, body) as (this: This, ...args: A) => Future<TaskResult<R>>;
}

interface RetryOptions {
  readonly attempts: number;
  /** Throws a TypeError for a result that is not a delay. */
  readonly delayAfter: (attempt: number, error: unknown) => number;
  /** Throws a TypeError for a promise. */
  readonly shouldRetry: (error: unknown, attempt: number) => boolean;
}

function checkedOptions(config: RetryTaskConfig): RetryOptions {
  checkOptions('retryTask', config, ['attempts', 'delay', 'when']);
  const { attempts = 3, delay = 0, when } = config;
  checkCount('retryTask: attempts', attempts, { min: 1, orInfinity: true });
  if (typeof delay !== 'function') checkDelay('retryTask: delay', delay, ', or a function that returns one');
  if (when !== undefined) checkFunction('retryTask: when', when, 'a function of the error that returns true or false');
  return {
    attempts,
    delayAfter: (attempt, error) => {
      if (typeof delay !== 'function') return delay;
      const ms = delay(attempt, error);
      checkDelay('retryTask: the result of `delay`', ms);
      return ms;
    },
    shouldRetry: (error, attempt) => {
      const decision: unknown = when ? when(error, attempt) : true;
      // A promise is always truthy.
      if (isAsyncInput(decision)) throw invalidOption('retryTask: the result of `when`', 'true or false', decision);
      return Boolean(decision);
    },
  };
}
