/** A task that asks for one thing after the other at the same place, each time waiting for it alone. */
import { describeBatch } from '../../core/describe';
import type { InstrumentationEvent } from '../../scheduler/instrumentation';
import type { Waiter } from '../../scheduler/waiter';
import type { Warnings } from './warnings';
import type { CallSite } from '../events/call-site';
import { siteWhere } from '../events/instrumentation-hub';

interface Asked {
  readonly what: string;
  /** What was asked for last: who asks for the same again waits for it to change. */
  readonly key: unknown;
  /** Where, the latest times. */
  readonly sites: readonly CallSite[];
}

/** So many times at one place is a loop. */
const MANY = 3;

export class SequentialLoadCheck {
  readonly #asked = new WeakMap<Waiter, Asked>();

  constructor(private readonly advice: Warnings) {}

  note(note: InstrumentationEvent): void {
    if (note.type === 'asked' && note.isNew) {
      const { waiter, batch, key, future } = note;
      this.#asks(waiter, { what: describeBatch(batch.name), key, site: siteWhere(future) });
    } else if (note.type === 'task-began') {
      const { above, name = '', call } = note.task;
      this.#asks(above, { what: `task ${name}`, key: firstArgument(call), site: siteWhere(call) });
    }
  }

  /** In an `all`, it is not the task itself that waits for each. A stream may well go on only as far as it is asked to. */
  #asks(
    waiter: Waiter | undefined,
    { what, key, site }: { what: string; key: unknown; site?: CallSite | undefined },
  ): void {
    if (waiter?.role !== 'task' || !site) return;
    const before = this.#asked.get(waiter);
    const isAnother = before?.what === what && !Object.is(before.key, key);
    const sites = isAnother ? [...before.sites.slice(1 - MANY), site] : [site];
    this.#asked.set(waiter, { what, key, sites });
    // Where that is costs more to say than anything else here.
    if (sites.length < MANY || site.line === undefined || sites.some(({ line }) => line !== site.line)) return;
    this.advice.warn({
      what: `task ${waiter.name ?? ''} waits in a loop for ${what}, one after the other`,
      how:
        'Ask for all, and they go together: yield* all(list.map(ask)). ' +
        'Where each depends on the one before, all is well as it is.',
      site: site.line,
    });
  }
}

const firstArgument = (call: object | undefined): unknown =>
  (call as { args?: readonly unknown[] } | undefined)?.args?.[0];
