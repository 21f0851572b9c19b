/** `flushKeys` shows the flushes of a batch function in marble tests: one emission of keys per flush. */
import { map, type Observable } from 'rxjs';
import { isBatchFunction, type BatchFunction } from '../../batch/batch';
import { invalidOption } from '../../core/describe';

/**
 * Emits the keys of each flush of a batch function, when the flush starts.
 *
 * ```
 * calls of nameOf     a-b-a------c---
 * flushKeys(nameOf)   ---(ab)-----c--
 * ```
 *
 * @param batchFunction a function made by `batch()`
 * @throws TypeError if `batchFunction` is not a batch function.
 * @example
 * expectObservable(flushKeys(nameOf)).toBe('---x-----y', { x: ['a', 'b'], y: ['c'] });
 */
export function flushKeys<K, V>(batchFunction: BatchFunction<K, V>): Observable<readonly K[]> {
  if (!isBatchFunction(batchFunction)) {
    throw invalidOption('flushKeys: batchFunction', 'a batch function made by batch()', batchFunction);
  }
  return batchFunction.flushes$.pipe(map(({ keys }) => keys));
}
