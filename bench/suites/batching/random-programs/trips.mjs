/**
 * Counts round trips and rounds. All trips take the same time: those in flight land together, in one round, when the
 * program cannot go on without them. Rounds stand for the time that a program takes, trips for the load of its tables.
 */
import { setImmediate } from 'node:timers';

export class Trips {
  trips = 0;
  rounds = 0;
  /** @type {(() => void)[]} */
  #inFlight = [];

  /** A table in which each value is the key plus one. */
  read = (/** @type {readonly number[]} */ keys) => {
    this.trips++;
    // Node runs immediates when neither a microtask nor a tick is left.
    if (this.#inFlight.length === 0) setImmediate(() => this.#land());
    return new Promise((resolve) => this.#inFlight.push(() => resolve(keys.map((key) => key + 1))));
  };

  #land() {
    this.rounds++;
    const landing = this.#inFlight;
    this.#inFlight = [];
    for (const land of landing) land();
  }
}
