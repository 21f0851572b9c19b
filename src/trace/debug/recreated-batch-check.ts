/** Warns of a batch function that is created again for each call: keys of two batch functions never share a flush. */
import { describeBatch } from '../../core/describe';
import { runningTask } from '../../scheduler/ambient';
import type { Warnings } from './warnings';
import { CallSite } from '../events/call-site';

/** The number of batch functions created at one place that counts as "for each call". */
const LIMIT = 3;
/** In tasks the limit is lower. Two are needed, since a task may create a function on its first run and keep it. */
const LIMIT_IN_TASKS = 2;

export class RecreatedBatchCheck {
  readonly #countBySite = new Map<string, number>();

  constructor(private readonly warnings: Warnings) {}

  /** @param createdBy the function that created the batch function, whose caller is the call site */
  handle(name: string, createdBy: object): void {
    const { line: site } = new CallSite(createdBy);
    const task = runningTask();
    const count = site === undefined ? 1 : (this.#countBySite.get(site) ?? 0) + 1;
    if (site !== undefined) this.#countBySite.set(site, count);
    if (count < (task ? LIMIT_IN_TASKS : LIMIT)) return;
    this.warnings.warn({
      problem: `${describeBatch(name)} is created again ${task ? `by each run of task ${task.name}` : 'for each call'}`,
      advice:
        'Keys of two batch functions never share a flush: create the function once, in a module. ' +
        'If each request needs its own cache, keep that one function and handle each request in scheduler.run(work) ' +
        'with a new BatchScheduler: caches belong to a scheduler.',
      site,
    });
  }
}
