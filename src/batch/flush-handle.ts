/** What a resolver is handed of its flight. */
import type { Flush } from './flush';

interface Flown<K> {
  readonly partition: unknown;
  readonly signal: AbortSignal;
  settleEarly(key: K, method: 'succeed' | 'fail', result: unknown): void;
}

export class FlushHandle<K, V> implements Flush<K, V> {
  readonly #flight: Flown<K>;

  constructor(flight: Flown<K>) {
    this.#flight = flight;
  }

  get partition(): unknown {
    return this.#flight.partition;
  }

  get signal(): AbortSignal {
    return this.#flight.signal;
  }

  readonly succeed = (key: K, value: V): void => this.#flight.settleEarly(key, 'succeed', value);
  readonly fail = (key: K, error: unknown): void => this.#flight.settleEarly(key, 'fail', error);
}
