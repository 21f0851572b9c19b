/**
 * A variable that has another value for one task and all it waits for. The idea is asynq's `AsyncScopedValue`.
 */
import { resumedFrame } from '../scheduler/frame';
import { TaskContext } from './task-context';

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

  /** The value that is in force, also after an `await` in an `async` function where the platform can carry it. */
  get(): T {
    const override = this.#resumedOverride();
    return override ? override.inner : this.#value;
  }

  /** Sets it where it was overridden last; outside of all overrides, for all. */
  set(value: T): void {
    const override = this.#resumedOverride();
    if (override) override.inner = value;
    else this.#value = value;
  }

  /** A context in which it has this value. Each is good for one stay at a time. */
  override(value: T): TaskContext {
    return new Override(this, value, (next) => {
      const previous = this.#value;
      this.#value = next;
      return previous;
    });
  }

  /** The innermost override around code that goes on after an `await`: no task switches it on there. */
  #resumedOverride(): Override<T> | undefined {
    for (let frame = resumedFrame(); frame; frame = frame.outer) {
      const { context } = frame;
      if (context instanceof Override && context.of === this) return context as Override<T>; // it overrides this value
    }
    return undefined;
  }
}

class Override<T> extends TaskContext {
  /** The value that is not in force: inside, that of outside; outside, that of inside. */
  #other: T;
  readonly #exchange: (next: T) => T;
  #isOn = false;

  constructor(
    readonly of: ScopedValue<T>,
    value: T,
    exchange: (next: T) => T,
  ) {
    super();
    this.#other = value;
    this.#exchange = exchange;
  }

  /** While it is off, the value of inside. */
  get inner(): T {
    return this.#other;
  }

  set inner(value: T) {
    this.#other = value;
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
