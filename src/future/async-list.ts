/** Many values as one. The idea is asynckit's AsyncList. */
import { invalidOption } from '../core/describe';
import { isAsyncInput } from '../core/rx';
import type { Awaitable } from '../core/shape';
import { currentScheduler } from '../scheduler/batch-scheduler';
import { AsyncValue } from './async-value';
import { begin } from './execution';
import { Future } from './future';
import { PassiveSink } from './passive-sink';

/**
 * It is set when all are, with the results in the order of the list, or with the error of the first in the list that
 * failed. What is cold in the list is started. To cancel the list is to cancel what is in it.
 *
 * @throws TypeError if it is given no array, or something in it cannot be waited for; then nothing is started.
 * @example
 * await new AsyncList([nameOf(1).start(), nameOf(2)]); // ['user 1', 'user 2']
 */
export class AsyncList<T> extends AsyncValue<T[]> {
  readonly values: readonly AsyncValue<T>[];

  constructor(values: readonly Awaitable<T>[]) {
    super();
    if (!Array.isArray(values)) throw invalidOption('AsyncList: its values', 'an array', values);
    const inputs = Array.from(values as readonly Awaitable<T>[], checked);
    this.values = inputs.map((input) => (input instanceof AsyncValue ? input : Future.from(input).start()));
    this.#watch();
  }

  override cancel(reason?: unknown): void {
    if (!this.isSet) for (const value of this.values) value.cancel(reason);
  }

  /** @internal */
  override advance(): boolean {
    return this.values.some((value) => value.advance());
  }

  #watch(): void {
    const scheduler = currentScheduler();
    const failures: { readonly error: unknown }[] = [];
    let pending = this.values.length;
    if (pending === 0) this.set([]);
    const ended = (): void => {
      // Somebody may have set it by hand.
      if (--pending === 0 && !this.isSet) this.#settle(failures);
    };
    const watch = (value: AsyncValue<T>, index: number): void => {
      const fail = (error: unknown): void => {
        failures[index] = { error };
        ended();
      };
      value[begin](new PassiveSink<T>({ frame: undefined, succeed: ended, fail }), scheduler);
    };
    scheduler.runQueue.drive(() => {
      this.values.forEach(watch);
    });
  }

  /** It passes one failure on; the others are still such as nobody has been told of. */
  #settle(failures: readonly { readonly error: unknown }[]): void {
    const first = failures.find(Boolean); // there are holes where others succeeded
    if (!first) {
      this.set(this.values.map(({ value }) => value));
      return;
    }
    this.values.forEach((value, index) => {
      if (failures[index]?.error === first.error) value.receive();
    });
    this.fail(first.error);
  }
}

function checked<T>(value: Awaitable<T>, index: number): Awaitable<T> {
  if (isAsyncInput(value)) return value;
  throw invalidOption(`AsyncList: its values, at [${String(index)}],`, 'a future, an Observable or a promise', value);
}
