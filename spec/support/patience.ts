/** Limits that only what hangs reaches. They grow with the load of the machine, so a busy one fails no spec. */
import { availableParallelism, loadavg } from 'node:os';

/** `ms` of an idle machine as ms of this one. Windows knows no load: there the limit is as it was given. */
export function patience(ms: number): number {
  const [load = 0] = loadavg();
  return Math.ceil(ms * Math.max(1, (2 * load) / availableParallelism()));
}
