/** Fleet times are those of the calls of one pool: how long they waited for a worker, how long they ran, and on which part of the fleet. */
import { Histogram, type Distribution } from '../../core/histogram';
import { monotonicNow } from '../../core/platform';

export class FleetTimes {
  readonly #waits = new Histogram();
  readonly #runs = new Histogram();
  #busyMs = 0;
  /** The time of all slots of workers until `#at`, in ms. */
  #slotMs = 0;
  #slots = 0;
  #at = monotonicNow();

  /** Notes the number of slots of all workers, from now on. */
  setSlots(slots: number): void {
    this.#addSlotTime();
    this.#slots = slots;
  }

  /** @param totalMs the time from the call to its outcome; what is not its run is its wait */
  add(totalMs: number, runMs: number): void {
    this.#waits.add(totalMs - runMs);
    this.#runs.add(runMs);
    this.#busyMs += runMs;
  }

  get waitTime(): Distribution {
    return this.#waits.distribution;
  }

  get runTime(): Distribution {
    return this.#runs.distribution;
  }

  /** The part of the time of all slots in which calls of this pool ran, from 0 to 1. */
  get utilization(): number {
    this.#addSlotTime();
    return this.#slotMs === 0 ? 0 : Math.min(1, this.#busyMs / this.#slotMs);
  }

  #addSlotTime(): void {
    const now = monotonicNow();
    this.#slotMs += this.#slots * (now - this.#at);
    this.#at = now;
  }
}
