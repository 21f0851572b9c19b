/** What time it is for a trace: that of a virtual clock, or of the machine, with fractions of a ms. */
import type { ObservedScheduler } from '../../scheduler/instrumentation';

export const realTime = (): number => performance.timeOrigin + performance.now();

export const timeOf = (scheduler: ObservedScheduler): number => (scheduler.isVirtual ? scheduler.now() : realTime());

/** By what is told of, its clock: the time it began in is its time to the end, whoever moves it on. */
export class Timestamps {
  readonly #clocks = new WeakMap<object, () => number>();

  timeOf(one: object, scheduler: ObservedScheduler): number {
    let clock = this.#clocks.get(one);
    if (!clock) this.#clocks.set(one, (clock = scheduler.isVirtual ? () => scheduler.now() : realTime));
    return clock();
  }
}
