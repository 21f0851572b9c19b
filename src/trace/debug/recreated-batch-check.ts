/** Batch functions that are made anew for each call: keys of two of them never share a flush. */
import { describeBatch } from '../../core/describe';
import { runningTask } from '../../scheduler/ambient';
import type { Warnings } from './warnings';
import { CallSite } from '../events/call-site';

/** So many at one place are one for each call. In a task the first may be made when it is needed first, and kept. */
const MANY = 3;
const MANY_IN_TASKS = 2;

export class RecreatedBatchCheck {
  readonly #count = new Map<string, number>();

  constructor(private readonly advice: Warnings) {}

  made(name: string, by: object): void {
    const { line: site } = new CallSite(by);
    const task = runningTask();
    const count = site === undefined ? 1 : (this.#count.get(site) ?? 0) + 1;
    if (site !== undefined) this.#count.set(site, count);
    if (count < (task ? MANY_IN_TASKS : MANY)) return;
    this.advice.warn({
      what: `${describeBatch(name)} is made anew ${task ? `by each run of task ${task.name}` : 'each time it is needed'}`,
      how:
        'Keys of two batch functions never share a flush: make it once, in a module, and call it from there. ' +
        'Where each request is to have caches of its own, keep the one function of the module, and handle each request in ' +
        'scheduler.run(work), with a new BatchScheduler for each: caches belong to a scheduler.',
      site,
    });
  }
}
