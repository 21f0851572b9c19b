/** A task that is tried again when it fails. The idea is asynq's `aretry`. */
import { timer } from 'rxjs';
import { invalidOption } from '../core/describe';
import { checkOptions } from '../core/options';
import { isAsyncInput } from '../core/rx';
import { currentScheduler } from '../scheduler/batch-scheduler';
import type { Future } from '../future/future';
import type { TaskResult } from '../task/task';
import { asTask, taskLike } from './call-task';

export interface RetryTaskConfig {
  /** How often it is run at most, the first time included (3). */
  readonly attempts?: number;
  /** How long to wait after a failure, in ms of the scheduler's clock: a number, or a function of both (0). */
  readonly delay?: number | ((attempt: number, error: unknown) => number);
  /** Whether to try again after this failure (always). */
  readonly when?: (error: unknown, attempt: number) => boolean;
}

/**
 * A task like `fn`, which is run anew when it fails. The last failure is thrown, as it came. To unsubscribe stops it at
 * once, be it at work or waiting. Attempts are counted from 1.
 *
 * ```
 * fn         ---#      ---#             ---v|
 * delay         ======    =============
 * retryTask  ------------------------------v|
 * ```
 *
 * @throws TypeError at once if it is given no function, or a wrong option.
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
  const ask = asTask('retryTask: its function', fn);
  const { attempts, delayAfter, isWorthwhile } = checkedOptions(config);
  const body = function* (this: This, ...args: A): Generator<unknown, TaskResult<R>, unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return yield* Reflect.apply(ask, this, args);
      } catch (error) {
        if (attempt >= attempts || !isWorthwhile(error, attempt)) throw error;
        const ms = delayAfter(attempt, error);
        if (ms > 0) yield timer(ms, currentScheduler());
      }
    }
  };
  return taskLike(fn, body) as (this: This, ...args: A) => Future<TaskResult<R>>; // the result of a result is the same
}

interface RetryOptions {
  readonly attempts: number;
  /** Both throw a TypeError for an answer that makes no sense. */
  readonly delayAfter: (attempt: number, error: unknown) => number;
  readonly isWorthwhile: (error: unknown, attempt: number) => boolean;
}

function checkedOptions(config: RetryTaskConfig): RetryOptions {
  checkOptions('retryTask', config, ['attempts', 'delay', 'when']);
  const { attempts = 3, delay = 0, when } = config;
  if (!(attempts === Infinity || (Number.isInteger(attempts) && attempts >= 1))) {
    throw invalidOption('retryTask: attempts', 'a whole number, 1 or more, or Infinity', attempts);
  }
  if (typeof delay !== 'function') checkDelay('retryTask: delay', delay);
  if (when !== undefined && typeof when !== 'function') {
    throw invalidOption('retryTask: when', 'a function of the error, giving whether to try again', when);
  }
  return {
    attempts,
    delayAfter: (attempt, error) =>
      typeof delay === 'function' ? checkDelay('retryTask: what delay gives', delay(attempt, error)) : delay,
    isWorthwhile: (error, attempt) => {
      const answer: unknown = when ? when(error, attempt) : true;
      // A promise would always be a yes.
      if (isAsyncInput(answer)) throw invalidOption('retryTask: what when gives', 'true or false', answer);
      return Boolean(answer);
    },
  };
}

/** Node and browsers take a longer delay for one millisecond. */
const LONGEST_DELAY = 2 ** 31 - 1;

function checkDelay(what: string, ms: number): number {
  if (typeof ms === 'number' && ms >= 0 && ms <= LONGEST_DELAY) return ms;
  throw invalidOption(what, `a number of ms from 0 to ${String(LONGEST_DELAY)}, or a function that gives one`, ms);
}
