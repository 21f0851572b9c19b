/**
 * One `T` for each era: real time is one, and each `TestScheduler.run` is another. Nothing that waits in one era is
 * ever moved on by the time of another, so a run of virtual time that an assertion has ended midway leaves nothing
 * behind that later work would wait for.
 */
import { currentEra } from './rx';

export class PerEra<T> {
  readonly #make: () => T;
  readonly #byEra = new WeakMap<object, T>();
  /** The one that was asked for last: nearly always the one that is asked for next. */
  #lastEra: object | undefined;
  #last: T | undefined;

  constructor(make: () => T) {
    this.#make = make;
  }

  get current(): T {
    const era = currentEra();
    if (this.#lastEra === era) return this.#last as T; // it was put there with its era
    let mine = this.#byEra.get(era);
    if (mine === undefined) this.#byEra.set(era, (mine = this.#make()));
    this.#lastEra = era;
    this.#last = mine;
    return mine;
  }
}
