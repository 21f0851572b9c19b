/** Many values as one. The idea is asynckit's AsyncList. */
import { wrong } from '../core/describe';
import type { Leaf } from '../core/shape';
import { settled } from './all';
import { AsyncValue } from './async-value';
import { Future } from './future';

/**
 * It is set when all are, with the results in the order of the list, or with the error of the first in the list that
 * failed. What is cold in the list is started. To cancel the list is to cancel what is in it.
 *
 * @throws TypeError if it is given no array.
 * @example
 * await new AsyncList([nameOf(1).start(), nameOf(2)]); // ['user 1', 'user 2']
 */
export class AsyncList<T> extends AsyncValue<T[]> {
  readonly values: readonly AsyncValue<T>[];

  constructor(values: readonly Leaf<T>[]) {
    super();
    if (!Array.isArray(values)) throw wrong('AsyncList: its values', 'an array', values);
    this.values = Array.from(values as readonly Leaf<T>[], (value) =>
      value instanceof AsyncValue ? (value as AsyncValue<T>) : Future.from(value).start(),
    );
    settled(this.values).subscribe((results) => {
      if (!this.isSet) this.#settleAs(results as PromiseSettledResult<T>[]);
    });
  }

  override cancel(reason?: unknown): void {
    for (const value of this.values) value.cancel(reason);
  }

  /** @internal */
  override advance(): boolean {
    return this.values.some((value) => value.advance());
  }

  #settleAs(results: readonly PromiseSettledResult<T>[]): void {
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) this.fail(failed.reason);
    else this.set(results.map((result) => (result as PromiseFulfilledResult<T>).value)); // none was rejected
  }
}
