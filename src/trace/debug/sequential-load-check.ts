/** Warns of a task that asks for one key after the other at the same place, and waits for each alone. */
import { describeBatch } from '../../core/describe';
import type { InstrumentationEvent } from '../../scheduler/instrumentation';
import type { Waiter } from '../../scheduler/waiter';
import type { Warnings } from './warnings';
import type { CallSite } from '../events/call-site';
import { capturedSiteOf } from '../events/instrumentation-hub';

interface RequestHistory {
  /** The batch or task that was asked for last. */
  readonly target: string;
  /** The last key. A task that asks for the same key again waits for its value to change, and is no loop over keys. */
  readonly key: unknown;
  /** The call sites of the last requests. */
  readonly sites: readonly CallSite[];
}

/** The number of requests at one call site that counts as a loop. */
const LIMIT = 3;

export class SequentialLoadCheck {
  readonly #histories = new WeakMap<Waiter, RequestHistory>();

  constructor(private readonly warnings: Warnings) {}

  handle(event: InstrumentationEvent): void {
    if (event.type === 'key-requested' && event.isNew) {
      const { waiter, batch, key, future } = event;
      this.#addRequest(waiter, { target: describeBatch(batch.name), key, site: capturedSiteOf(future) });
    } else if (event.type === 'task-began') {
      const { parent, name = '', call } = event.task;
      this.#addRequest(parent, { target: `task ${name}`, key: firstArgument(call), site: capturedSiteOf(call) });
    }
  }

  /** Under an `all` the waiter is not the task itself. A stream is left out: it may be driven one item at a time on purpose. */
  #addRequest(
    waiter: Waiter | undefined,
    { target, key, site }: { target: string; key: unknown; site?: CallSite | undefined },
  ): void {
    if (waiter?.role !== 'task' || !site) return;
    const before = this.#histories.get(waiter);
    const isNextKey = before?.target === target && !Object.is(before.key, key);
    const sites = isNextKey ? [...before.sites.slice(1 - LIMIT), site] : [site];
    this.#histories.set(waiter, { target, key, sites });
    // Reading a line formats a stack, the most expensive step here, and comes last for that reason.
    if (sites.length < LIMIT || site.line === undefined || sites.some(({ line }) => line !== site.line)) return;
    this.warnings.warn({
      problem: `task ${waiter.name ?? ''} waits in a loop for ${target}, one call at a time`,
      advice:
        'Make all the calls, then wait for them together, and they share a flush: yield* all(list.map(load)). ' +
        'Ignore this warning if each call needs the result of the one before.',
      site: site.line,
    });
  }
}

const firstArgument = (call: object | undefined): unknown =>
  (call as { args?: readonly unknown[] } | undefined)?.args?.[0];
