/** What time it is for a trace: that of a virtual clock, or of the machine, with fractions of a ms. */
import type { NotedScheduler } from '../scheduler/probe';

export const realTime = (): number => performance.timeOrigin + performance.now();

export const timeOf = (scheduler: NotedScheduler): number => (scheduler.isVirtual ? scheduler.now() : realTime());

/** By what is told of, its clock: the time it began in is its time to the end, whoever moves it on. */
export class Clocks {
  readonly #clocks = new WeakMap<object, () => number>();

  timeOf(one: object, scheduler: NotedScheduler): number {
    let clock = this.#clocks.get(one);
    if (!clock) this.#clocks.set(one, (clock = scheduler.isVirtual ? () => scheduler.now() : realTime));
    return clock();
  }
}
