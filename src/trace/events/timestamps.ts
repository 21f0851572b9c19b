/** Timestamps of events, in ms: from the virtual clock of a scheduler, else from the machine, with fractions of a ms. */
import type { ObservedScheduler } from '../../scheduler/instrumentation';

export const realTime = (): number => performance.timeOrigin + performance.now();

export const timeOf = (scheduler: ObservedScheduler): number => (scheduler.isVirtual ? scheduler.now() : realTime());

/** Keeps for each task, batch or scope the clock it began with, so that both ends of a span have the same clock. */
export class Timestamps {
  readonly #clocks = new WeakMap<object, () => number>();

  timeOf(subject: object, scheduler: ObservedScheduler): number {
    let clock = this.#clocks.get(subject);
    if (!clock) this.#clocks.set(subject, (clock = scheduler.isVirtual ? () => scheduler.now() : realTime));
    return clock();
  }
}
