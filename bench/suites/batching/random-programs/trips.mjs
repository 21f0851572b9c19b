/**
 * Counts round trips and rounds. All trips take equally long: trips in flight complete together, in one round, when the
 * program cannot continue without them. Rounds measure the time of a program, trips the load of its tables.
 */
import { setImmediate } from 'node:timers';

export class Trips {
  trips = 0;
  rounds = 0;
  /** @type {(() => void)[]} */
  #inFlight = [];

  /** Reads a table in which each value is the key plus one. */
  read = (/** @type {readonly number[]} */ keys) => {
    this.trips++;
    // Node runs immediates after all microtasks and ticks.
    if (this.#inFlight.length === 0) setImmediate(() => this.#completeAll());
    return new Promise((resolve) => this.#inFlight.push(() => resolve(keys.map((key) => key + 1))));
  };

  #completeAll() {
    this.rounds++;
    const completing = this.#inFlight;
    this.#inFlight = [];
    for (const complete of completing) complete();
  }
}
