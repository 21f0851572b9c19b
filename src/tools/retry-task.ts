/** A task that runs again after a failure. The idea is asynq's `aretry`. */
import { timer } from 'rxjs';
import { checkCount, checkFunction } from '../core/option-values';
import { invalidOption } from '../core/describe';
import { checkOptions } from '../core/options';
import { isAsyncInput } from '../core/rx';
import { currentScheduler } from '../scheduler/batch-scheduler';
import type { Future } from '../future/future';
import type { TaskResult } from '../task/task';
import { asTask, taskLike } from './call-task';
import { retryDelays, type RetryDelayConfig } from './retry-delay';

export interface RetryTaskConfig extends RetryDelayConfig {
  /**
   * Maximum number of runs, the first one included.
   *
   * @defaultValue `3`
   */
  readonly attempts?: number;
  /**
   * Whether to run again after this failure.
   *
   * @defaultValue `() => true`
   */
  readonly when?: (error: unknown, attempt: number) => boolean;
}

/**
 * A task like `fn` that runs again after a failure. The last failure is thrown unchanged. Unsubscribing stops the task at
 * once, also during a delay. Attempts are counted from 1. All delays are by the clock of the scheduler. The source is asynq's
 * `aretry`; the kinds of jitter are those of AWS's "Exponential Backoff And Jitter".
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
 * const load = retryTask(loadPage, { attempts: 5, delay: 100, backoff: 'exponential', jitter: 'full' });
 * load('/a').subscribe(console.log);
 * @example
 * // A server that says when to come back, in seconds.
 * const load = retryTask(loadPage, {
 *   retryAfter: (error) => (error instanceof BusyError ? 1_000 * error.retryAfterSeconds : undefined),
 * });
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
  const { attempts, openDelays, shouldRetry } = checkedOptions(config);
  const body = function* (this: This, ...args: A): Generator<unknown, TaskResult<R>, unknown> {
    const delayAfter = openDelays();
    for (let attempt = 1; ; attempt++) {
      try {
        return yield* Reflect.apply(run, this, args);
      } catch (error) {
        if (attempt >= attempts || !shouldRetry(error, attempt)) throw error;
        const scheduler = currentScheduler();
        const ms = delayAfter(attempt, error, scheduler.now());
        if (ms > 0) yield timer(ms, scheduler);
      }
    }
  };
  // Cast: the same type, because the result of a task result is itself.
  return taskLike(fn, body) as (this: This, ...args: A) => Future<TaskResult<R>>;
}

interface RetryOptions {
  readonly attempts: number;
  /** Returns the delays of one call. */
  readonly openDelays: ReturnType<typeof retryDelays>;
  /** Throws a TypeError for a promise. */
  readonly shouldRetry: (error: unknown, attempt: number) => boolean;
}

function checkedOptions(config: RetryTaskConfig): RetryOptions {
  checkOptions('retryTask', config, ['attempts', 'delay', 'when', 'backoff', 'jitter', 'random', 'retryAfter']);
  const { attempts = 3, when } = config;
  checkCount('retryTask: attempts', attempts, { min: 1, orInfinity: true });
  if (when !== undefined) checkFunction('retryTask: when', when, 'a function of the error that returns true or false');
  return {
    attempts,
    openDelays: retryDelays('retryTask', config),
    shouldRetry: (error, attempt) => {
      const decision: unknown = when ? when(error, attempt) : true;
      // A promise is always truthy.
      if (isAsyncInput(decision)) throw invalidOption('retryTask: the result of `when`', 'true or false', decision);
      return Boolean(decision);
    },
  };
}
