/** `offload` is the operator form of a pool task: it runs the task for each value of the source and emits the results. */
import { type ObservableInput, type OperatorFunction } from 'rxjs';
import { mergeMapOrdered, mergeMapUnordered } from '../../core/merge-map';
import { checkCount, checkFlag, checkFunction } from '../../core/option-values';
import { checkOptions } from '../../core/options';
import { poolTaskDefinitionOf } from './pool-task-definition';

export interface OffloadConfig {
  /**
   * Whether results are emitted in the order of the source, and not as they arrive. A slow task delays the results
   * behind it, but not the runs.
   *
   * @defaultValue `false`
   */
  readonly ordered?: boolean;
  /**
   * Number of runs at a time.
   *
   * @defaultValue 64 for each thread of the pool, which keeps all of them busy
   */
  readonly concurrency?: number;
}

const RUNS_PER_THREAD = 64;

/**
 * Runs a pool task for each value of the source, and emits the results.
 *
 * ```
 * source           a--b--c---|
 * offload(parse)   ----B--A----(C|)
 * ```
 *
 * @param task a pool task; or any function that returns an Observable or a promise, together with `concurrency`
 * @throws TypeError for an invalid option, or for a function that is not a pool task without `concurrency`.
 * @example
 * from(pages).pipe(offload(pool.task(parse), { ordered: true })).subscribe(save);
 */
export function offload<A, R>(
  task: (value: A) => ObservableInput<R>,
  config: OffloadConfig = {},
): OperatorFunction<A, R> {
  checkFunction('offload: its task', task, 'a task of a pool');
  checkOptions('offload', config, ['ordered', 'concurrency']);
  const { ordered = false, concurrency = defaultConcurrency(task) } = config;
  checkFlag('offload: ordered', ordered);
  checkCount('offload: concurrency', concurrency, { min: 1, orInfinity: true });
  return ordered
    ? mergeMapOrdered(task, { concurrency, countsUntil: 'end' })
    : mergeMapUnordered(task, { concurrency });
}

function defaultConcurrency(task: object): number {
  const definition = poolTaskDefinitionOf(task);
  if (!definition) {
    throw new TypeError(
      'offload: expected a task of a pool, or the option `concurrency`; got a function without `concurrency`. ' +
        'Pass pool.task(fn), or set `concurrency`.',
    );
  }
  return Math.max(1, definition.threads) * RUNS_PER_THREAD;
}
