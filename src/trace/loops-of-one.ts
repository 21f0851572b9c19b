/** A task that asks for one thing after the other at the same place, each time waiting for it alone. */
import { describeBatch } from '../core/describe';
import type { Note } from '../scheduler/probe';
import type { Waiter } from '../scheduler/waiter';
import type { Advice } from './advice';
import type { CallSite } from './call-site';
import { siteWhere } from './watch';

interface Asked {
  readonly what: string;
  /** Where, the latest times. */
  readonly sites: readonly CallSite[];
}

/** So many times at one place is a loop. */
const MANY = 3;

export class LoopsOfOne {
  readonly #asked = new WeakMap<Waiter, Asked>();

  constructor(private readonly advice: Advice) {}

  note(note: Note): void {
    if (note.type === 'asked' && note.isNew) this.#asks(note.waiter, describeBatch(note.batch.name), note.future);
    else if (note.type === 'task began') this.#asks(note.task.above, `task ${note.task.name ?? ''}`, note.task.call);
  }

  /** In an `all`, it is not the task itself that waits for each. */
  #asks(waiter: Waiter | undefined, what: string, future: object | undefined): void {
    const site = siteWhere(future);
    if (waiter?.role !== 'task' || !site) return;
    const before = this.#asked.get(waiter);
    const sites = before?.what === what ? [...before.sites.slice(1 - MANY), site] : [site];
    this.#asked.set(waiter, { what, sites });
    // Where that is costs more to say than anything else here.
    if (sites.length < MANY || new Set(sites.map(({ line }) => line)).size > 1) return;
    this.advice.give({
      what: `task ${waiter.name ?? ''} waits in a loop for ${what}, one after the other`,
      how:
        'Ask for all, and they go together: yield* all(list.map(ask)). ' +
        'Where each depends on the one before, all is well as it is.',
      site: site.line,
    });
  }
}
