/** The flushes of a batch function as a marble diagram has them: the keys of each, as it takes off. */
import { map, type Observable } from 'rxjs';
import { isBatchFunction, type BatchFunction } from '../../batch/batch';
import { invalidOption } from '../../core/describe';

/**
 * ```
 * ask                 a-b-a------c---
 * flushKeys(nameOf)   ---(ab)-----c--
 * ```
 *
 * @throws TypeError if it is given no batch function.
 * @example
 * expectObservable(flushKeys(nameOf)).toBe('---x-----y', { x: ['a', 'b'], y: ['c'] });
 */
export function flushKeys<K, V>(batchFunction: BatchFunction<K, V>): Observable<readonly K[]> {
  if (!isBatchFunction(batchFunction)) {
    throw invalidOption('flushKeys: its function', 'a batch function, as batch() makes it', batchFunction);
  }
  return batchFunction.flushes$.pipe(map(({ keys }) => keys));
}
