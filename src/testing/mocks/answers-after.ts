/** `answersAfter` makes a resolver for tests whose flushes take a given time, real or virtual. */
import { asyncScheduler, map, NEVER, timer, type Observable, type SchedulerLike } from 'rxjs';
import type { Flush, Resolver } from '../../batch/resolver';
import { checkFunction, checkMs, checkScheduler } from '../../core/option-values';
import { checkOptions } from '../../core/options';
import { LONGEST_DELAY } from '../../core/platform';

export interface AnswerConfig {
  /**
   * The RxJS scheduler of the delay. `TestScheduler.run` makes the default virtual.
   *
   * @defaultValue `asyncScheduler`
   */
  readonly scheduler?: SchedulerLike;
}

/**
 * Makes a resolver that returns the results of each flush after a delay.
 *
 * ```
 * flush               a-----b----
 * answersAfter(3, f)  ---A-----B-
 * ```
 *
 * @param ms duration of a flush in ms (virtual: frames), or a function that returns it for the keys of a flush
 * @param answer a function that returns the value of one key; an Error that it throws or returns fails that key
 * @param config the scheduler of the delay
 * @throws TypeError for an invalid argument or option.
 * @example
 * const nameOf = batch(answersAfter(3, (id: number) => `user ${id}`));
 */
export function answersAfter<K, V>(
  ms: number | ((keys: readonly K[]) => number),
  answer: (key: K) => V | Error,
  config: AnswerConfig = {},
): Resolver<K, V> {
  if (typeof ms !== 'function') checkMs('answersAfter: ms', ms, ', or a function that returns one');
  checkOptions('answersAfter', config, ['scheduler']);
  const { scheduler = asyncScheduler } = config;
  checkFunction('answersAfter: answer', answer, 'a function of one key');
  checkScheduler('answersAfter: scheduler', scheduler);
  return (keys, flush) =>
    delayOf(typeof ms === 'function' ? checkedResult(ms(keys)) : ms, scheduler).pipe(
      map(() => new Map(keys.flatMap((key) => answerOf(key, answer, flush)))),
    );
}

/** A delay above LONGEST_DELAY never ends: Node and browsers would run such a timer after one millisecond. */
const delayOf = (ms: number, scheduler: SchedulerLike): Observable<unknown> =>
  ms > LONGEST_DELAY ? NEVER : timer(ms, scheduler);

/** The entry of one key in the results; none for a key that has failed. */
function answerOf<K, V>(key: K, answer: (key: K) => V | Error, flush: Flush<K, V>): [K, V | Error][] {
  try {
    return [[key, answer(key)]];
  } catch (error) {
    flush.fail(key, error);
    return [];
  }
}

function checkedResult(ms: number): number {
  checkMs('answersAfter: the result of `ms`', ms);
  return ms;
}
