/** Time limits that only a hanging spec exceeds: they grow with the load of the machine. */
import { availableParallelism, loadavg } from 'node:os';

/** Converts `ms` of an idle machine to ms of this one. Windows reports no load, so `ms` is unchanged there. */
export function patience(ms: number): number {
  const [load = 0] = loadavg();
  return Math.ceil(ms * Math.max(1, (2 * load) / availableParallelism()));
}
