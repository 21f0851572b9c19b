/** `AsyncList` makes one AsyncValue of many. The idea is asynckit's AsyncList. */
import { invalidOption } from '../core/describe';
import { checkArray } from '../core/option-values';
import { isAsyncInput } from '../core/rx';
import type { Awaitable } from '../core/shape';
import { currentScheduler } from '../scheduler/batch-scheduler';
import { AsyncValue } from './async-value';
import { begin } from './execution';
import { Future } from './future';
import { PassiveSink } from './passive-sink';

/**
 * An AsyncValue of many inputs. The list settles when every input has ended: with the results in the order of the list, or
 * with the error of the first failed input in that order. Cold inputs are started. Cancelling the list cancels its inputs.
 *
 * @param values inputs of the list: AsyncValues, futures, Observables, promises or async iterables
 * @throws TypeError if `values` is not an array of such inputs. Nothing is started then.
 * @example
 * await new AsyncList([nameOf(1).start(), nameOf(2)]); // ['user 1', 'user 2']
 */
export class AsyncList<T> extends AsyncValue<T[]> {
  readonly values: readonly AsyncValue<T>[];

  constructor(values: readonly Awaitable<T>[]) {
    super();
    checkArray('AsyncList: values', values);
    const inputs = Array.from(values, requireInput);
    this.values = inputs.map((input) => (input instanceof AsyncValue ? input : Future.from(input).start()));
    this.#waitForAll();
  }

  override cancel(reason?: unknown): void {
    if (!this.isSet) for (const value of this.values) value.cancel(reason);
  }

  /** @internal */
  override advance(): boolean {
    return this.values.some((value) => value.advance());
  }

  #waitForAll(): void {
    const scheduler = currentScheduler();
    const failures: { readonly error: unknown }[] = [];
    let pending = this.values.length;
    if (pending === 0) this.set([]);
    const onEnded = (): void => {
      // The program may have settled the list by hand.
      if (--pending === 0 && !this.isSet) this.#settleWithResults(failures);
    };
    const waitFor = (value: AsyncValue<T>, index: number): void => {
      const fail = (error: unknown): void => {
        failures[index] = { error };
        onEnded();
      };
      value[begin](new PassiveSink<T>({ frame: undefined, succeed: onEnded, fail }), scheduler);
    };
    scheduler.runQueue.drive(() => {
      this.values.forEach(waitFor);
    });
  }

  /** Passes on the first failure in list order. The other failures stay unreceived and are reported as such. */
  #settleWithResults(failures: readonly { readonly error: unknown }[]): void {
    const first = failures.find(Boolean); // the array has holes where inputs succeeded
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

function requireInput<T>(value: Awaitable<T>, index: number): Awaitable<T> {
  if (isAsyncInput(value)) return value;
  throw invalidOption(`AsyncList: \`values[${String(index)}]\``, 'a future, an Observable or a promise', value);
}
