/** The operator form of a task of a pool: each value of the source is an argument, and what comes of it is emitted. */
import { mergeMap, type ObservableInput, type OperatorFunction } from 'rxjs';
import { invalidOption } from '../../core/describe';
import { checkOptions } from '../../core/options';
import { mergeMapInOrder } from './in-order';
import { poolTaskDefinitionOf } from './pool-task-definition';

export interface OffloadConfig {
  /** Results in the order of the source, instead of as they come (false). What is slow holds up nobody's run. */
  readonly ordered?: boolean;
  /** So many at a time (as many as keep the threads of its pool busy). */
  readonly concurrency?: number;
}

/** Tasks in flight for each thread: enough that none is ever without. */
const AHEAD = 64;

/**
 * ```
 * source           a--b--c---|
 * offload(parse)   ----B--A----(C|)
 * ```
 *
 * @throws TypeError if an option makes no sense, or the function is no task of a pool and has no `concurrency`.
 * @example
 * from(pages).pipe(offload(pool.task(parse), { ordered: true })).subscribe(save);
 */
export function offload<A, R>(
  task: (value: A) => ObservableInput<R>,
  config: OffloadConfig = {},
): OperatorFunction<A, R> {
  if (typeof task !== 'function') throw invalidOption('offload: its task', 'a task of a pool', task);
  checkOptions('offload', config, ['ordered', 'concurrency']);
  const { ordered = false, concurrency = boundOf(task) } = config;
  if (typeof ordered !== 'boolean') throw invalidOption('offload: ordered', 'true or false', ordered);
  if (!(concurrency === Infinity || (Number.isInteger(concurrency) && concurrency >= 1))) {
    throw invalidOption('offload: concurrency', 'a whole number, 1 or more, or Infinity', concurrency);
  }
  return ordered ? mergeMapInOrder(task, concurrency) : mergeMap((value) => task(value), concurrency);
}

function boundOf(task: object): number {
  const kind = poolTaskDefinitionOf(task);
  if (!kind) {
    throw new TypeError(
      'offload: give it a task of a pool, whose threads bound it, or the option concurrency; it was given neither.',
    );
  }
  return Math.max(1, kind.threads) * AHEAD;
}
