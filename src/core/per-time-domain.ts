/**
 * A `PerTimeDomain` has one `T` for each time domain: real time is one, and each `TestScheduler.run` is another. The clock
 * of one time domain never advances work of another, so a `TestScheduler.run` aborted by a failed assertion leaves nothing
 * behind that later work would wait for.
 */
import { currentTimeDomain, isVirtualTime } from './rx';

export class PerTimeDomain<T> {
  readonly #create: (real: T | undefined) => T;
  readonly #byRun = new WeakMap<object, T>();
  #real: T | undefined;
  /** A cache of one entry, since almost every request is for the run of the last request. */
  #lastRun: object | undefined;
  #lastValue: T | undefined;

  /** @param create receives the T of real time when it creates that of a `TestScheduler.run`, else undefined */
  constructor(create: (real: T | undefined) => T) {
    this.#create = create;
  }

  get current(): T {
    return isVirtualTime() ? this.#ofRun(currentTimeDomain()) : this.real;
  }

  get real(): T {
    return (this.#real ??= this.#create(undefined));
  }

  #ofRun(run: object): T {
    // Cast: a `T`, because `#lastValue` is set together with `#lastRun`.
    if (this.#lastRun === run) return this.#lastValue as T;
    let value = this.#byRun.get(run);
    if (value === undefined) this.#byRun.set(run, (value = this.#create(this.real)));
    this.#lastRun = run;
    this.#lastValue = value;
    return value;
  }
}
