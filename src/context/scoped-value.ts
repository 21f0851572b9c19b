/**
 * A scoped value is a variable that can have another value for one task and all work that the task waits for. The idea is
 * asynq's `AsyncScopedValue`.
 */
import { resumedFrame } from '../scheduler/frame';
import { TaskContext } from './task-context';

/**
 * A variable with a default value and overrides for single tasks.
 *
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

  /** The current value. After an `await` in an `async` function, too, where the platform has AsyncLocalStorage. */
  get(): T {
    const override = this.#carriedOverride();
    return override ? override.inner : this.#value;
  }

  /** Sets the value of the innermost override; outside of all overrides, the default value for all tasks. */
  set(value: T): void {
    const override = this.#carriedOverride();
    if (override) override.inner = value;
    else this.#value = value;
  }

  /**
   * Makes a context in which the variable has another value. The context cannot be entered again while it is on.
   *
   * @param value the value inside the context
   */
  override(value: T): TaskContext {
    return new Override(this, value, (next) => {
      const previous = this.#value;
      this.#value = next;
      return previous;
    });
  }

  /** The innermost override of the carried frame: after an `await`, no task has turned the override on. */
  #carriedOverride(): Override<T> | undefined {
    for (let frame = resumedFrame(); frame; frame = frame.outer) {
      const { context } = frame;
      // Cast: of type `T`, because it overrides this value.
      if (context instanceof Override && context.of === this) return context as Override<T>;
    }
    return undefined;
  }
}

class Override<T> extends TaskContext {
  /** The value that is not current: the inner value while the override is off, the outer value while it is on. */
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

  /** The inner value, to be used only while the override is off. */
  get inner(): T {
    return this.#other;
  }

  set inner(value: T) {
    this.#other = value;
  }

  override enter(): void {
    if (this.#isOn) {
      throw new TypeError(
        'An override of a ScopedValue was entered while it was on. One override can keep only one replaced value. ' +
          'Call override(value) for each future that is to run with the value.',
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
