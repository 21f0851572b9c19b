/** A task that asks for one thing after the other at the same place, each time waiting for it alone. */
import { describeBatch } from '../core/describe';
import { seam, type Note } from '../scheduler/probe';
import type { Waiter } from '../scheduler/waiter';
import type { Advice } from './advice';

interface Loop {
  readonly site: string;
  rounds: number;
}

/** So many times is a loop. */
const MANY = 3;

export class LoopsOfOne {
  readonly #loops = new WeakMap<Waiter, Loop>();

  constructor(private readonly advice: Advice) {}

  note(note: Note): void {
    if (note.type === 'asked' && note.isNew) this.#asks(note.waiter, describeBatch(note.batch.name), note.future);
    else if (note.type === 'task began') this.#asks(note.task.above, `task ${note.task.name ?? ''}`, note.task.call);
  }

  /** In an `all`, it is not the task itself that waits for each. */
  #asks(waiter: Waiter | undefined, what: string, future: object | undefined): void {
    if (waiter?.role !== 'task') return;
    const site = seam.probe?.siteOf(future);
    if (site === undefined) return;
    const known = this.#loops.get(waiter);
    if (known?.site !== site) {
      this.#loops.set(waiter, { site, rounds: 1 });
      return;
    }
    if (++known.rounds !== MANY) return;
    this.advice.give({
      what: `task ${waiter.name ?? ''} waits in a loop for ${what}, one after the other`,
      how:
        'Ask for all, and they go together: yield* all(list.map(ask)). ' +
        'Where each depends on the one before, all is well as it is.',
      site,
    });
  }
}
