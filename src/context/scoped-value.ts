/**
 * A variable that has another value for one task and all it waits for. The idea is asynq's `AsyncScopedValue`.
 */
import { AsyncContext } from './async-context';

/**
 * @example
 * const language = new ScopedValue('en');
 * const greeting = task(function* () { return language.get() === 'fr' ? 'bonjour' : 'hello'; });
 * within(language.override('fr'), greeting()).subscribe(console.log); // bonjour
 */
export class ScopedValue<T> {
  #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  get(): T {
    return this.#value;
  }

  /** Sets it where it was overridden last; outside of all overrides, for everybody. */
  set(value: T): void {
    this.#value = value;
  }

  /** A context in which it has this value. Each is good for one stay at a time. */
  override(value: T): AsyncContext {
    return new Override(value, (next) => {
      const previous = this.#value;
      this.#value = next;
      return previous;
    });
  }
}

class Override<T> extends AsyncContext {
  /** The value that is not in force: inside, that of outside; outside, that of inside. */
  #other: T;
  readonly #exchange: (next: T) => T;
  #isOn = false;

  constructor(value: T, exchange: (next: T) => T) {
    super();
    this.#other = value;
    this.#exchange = exchange;
  }

  override enter(): void {
    if (this.#isOn) {
      throw new TypeError(
        'An override of a ScopedValue was entered inside itself. It holds one value and what it replaced. ' +
          'Call override(value) again for each stay.',
      );
    }
    this.resume();
  }

  override pause(): void {
    this.#isOn = false;
    this.#other = this.#exchange(this.#other);
  }

  override resume(): void {
    this.#isOn = true;
    this.#other = this.#exchange(this.#other);
  }
}
