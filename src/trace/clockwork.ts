/** What time it is for a trace: that of a virtual clock, or of the machine, with fractions of a ms. */
import type { NotedScheduler } from '../scheduler/probe';

export const realTime = (): number => performance.timeOrigin + performance.now();

export const timeOf = (scheduler: NotedScheduler): number => (scheduler.isVirtual ? scheduler.now() : realTime());
