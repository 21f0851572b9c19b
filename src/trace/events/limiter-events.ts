/** Events of limiters: calls that arrive, start and end. */
import { describe } from '../../core/describe';
import type { InstrumentationEvent } from '../../scheduler/instrumentation';
import { nearestWithRole } from '../../scheduler/waiter';
import { optional, outcomeOf, type EventWriter } from './event-writer';
import { Timestamps } from './timestamps';

type LimitedCallQueued = Extract<InstrumentationEvent, { type: 'limited-call-queued' }>;

export class LimiterEventWriter {
  readonly #schedulers = new WeakMap<object, LimitedCallQueued['scheduler']>();
  readonly #timestamps = new Timestamps();

  constructor(private readonly writer: EventWriter) {}

  handle(event: InstrumentationEvent): void {
    const { ids, write } = this.writer;
    switch (event.type) {
      case 'limited-call-queued': {
        const { call, limiter, name = limiter, waiter, scheduler, awaited } = event;
        this.#schedulers.set(call, scheduler);
        write({
          type: 'limit-queue',
          id: ids.assign(call),
          ...{ name, limiter, key: describe(event.key), at: this.#timestamps.timeOf(call, scheduler) },
          ...optional('parent', ids.of(nearestWithRole(waiter))),
          ...optional('for', awaited),
        });
        return;
      }
      case 'limited-call-started': {
        const known = this.#known(event.call);
        if (known) write({ type: 'limit-start', ...known });
        return;
      }
      case 'limited-call-ended': {
        const known = this.#known(event.call);
        if (known) write({ type: 'limit-end', ...known, ...outcomeOf(event.outcome) });
      }
    }
  }

  /** Undefined for a call that arrived before the trace, or was refused. */
  #known(call: object): { readonly id: number; readonly at: number } | undefined {
    const id = this.writer.ids.of(call);
    const scheduler = this.#schedulers.get(call);
    return id === undefined || !scheduler ? undefined : { id, at: this.#timestamps.timeOf(call, scheduler) };
  }
}
