/**
 * One `T` for each era: real time is one, and each `TestScheduler.run` is another. Nothing that waits in one era is
 * ever moved on by the time of another, so a run of virtual time that an assertion has ended midway leaves nothing
 * behind that later work would wait for.
 */
import { currentTimeDomain, isVirtualTime } from './rx';

export class PerTimeDomain<T> {
  readonly #make: (real: T | undefined) => T;
  readonly #ofRuns = new WeakMap<object, T>();
  #real: T | undefined;
  /** The run that was asked for last: nearly always the one that is asked for next. */
  #lastRun: object | undefined;
  #last: T | undefined;

  /** `make` is given the T of real time, for every run; and nothing, for that of real time itself. */
  constructor(make: (real: T | undefined) => T) {
    this.#make = make;
  }

  get current(): T {
    return isVirtualTime() ? this.#ofRun(currentTimeDomain()) : this.real;
  }

  get real(): T {
    return (this.#real ??= this.#make(undefined));
  }

  #ofRun(run: object): T {
    if (this.#lastRun === run) return this.#last as T; // it was put there with its run
    let mine = this.#ofRuns.get(run);
    if (mine === undefined) this.#ofRuns.set(run, (mine = this.#make(this.real)));
    this.#lastRun = run;
    this.#last = mine;
    return mine;
  }
}
