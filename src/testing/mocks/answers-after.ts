/** A resolver for tests, which takes its time: each of its flushes lands so many frames after it took off. */
import { asyncScheduler, map, NEVER, timer, type Observable, type SchedulerLike } from 'rxjs';
import type { Flush, Resolver } from '../../batch/flush';
import { invalidOption } from '../../core/describe';
import { checkOptions } from '../../core/options';
import { LONGEST_DELAY } from '../../scheduler/batch-action';

export interface AnswerConfig {
  /** The RxJS scheduler that time comes from (`asyncScheduler`, which `TestScheduler.run` makes virtual). */
  readonly scheduler?: SchedulerLike;
}

/**
 * ```
 * flush               a-----b----
 * answersAfter(3, f)  ---A-----B-
 * ```
 *
 * `answer` gives the value of one key; what it throws fails that key, and so does an Error that it returns.
 *
 * @param ms how long a flush takes, in ms (frames), or a function of its keys that says so
 * @throws TypeError if an argument makes no sense.
 * @example
 * const nameOf = batch(answersAfter(3, (id: number) => `user ${id}`));
 */
export function answersAfter<K, V>(
  ms: number | ((keys: readonly K[]) => number),
  answer: (key: K) => V | Error,
  config: AnswerConfig = {},
): Resolver<K, V> {
  if (typeof ms !== 'function') checkMs(ms);
  checkOptions('answersAfter', config, ['scheduler']);
  const { scheduler = asyncScheduler } = config;
  if (typeof answer !== 'function') throw invalidOption('answersAfter: its answer', 'a function of one key', answer);
  if (typeof (scheduler as Partial<SchedulerLike> | null)?.schedule !== 'function') {
    throw invalidOption('answersAfter: scheduler', 'an RxJS scheduler', scheduler);
  }
  return (keys, flush) =>
    after(typeof ms === 'function' ? checkMs(ms(keys)) : ms, scheduler).pipe(
      map(() => new Map(keys.flatMap((key) => answerOf(key, answer, flush)))),
    );
}

/** Node and browsers take a longer delay for one millisecond. */
const after = (ms: number, scheduler: SchedulerLike): Observable<unknown> =>
  ms > LONGEST_DELAY ? NEVER : timer(ms, scheduler);

/** By key, so that one that has failed leaves no gap. */
function answerOf<K, V>(key: K, answer: (key: K) => V | Error, flush: Flush<K, V>): [K, V | Error][] {
  try {
    return [[key, answer(key)]];
  } catch (error) {
    flush.fail(key, error);
    return [];
  }
}

function checkMs(ms: unknown): number {
  if (typeof ms === 'number' && ms >= 0) return ms;
  throw invalidOption('answersAfter: its time', 'a number of ms, 0 or more, or a function giving one', ms);
}
