/** Events of scopes, and of the work that is started in them. */
import { describe } from '../../core/describe';
import type { InstrumentationEvent, ObservedOperation } from '../../scheduler/instrumentation';
import { nearestWithRole } from '../../scheduler/waiter';
import { Timestamps } from './timestamps';
import type { TracedOperation } from './trace-event';
import { optional, outcomeOf, type EventWriter } from './event-writer';

export class ScopeEventWriter {
  readonly #timestamps = new Timestamps();

  constructor(private readonly writer: EventWriter) {}

  handle(event: InstrumentationEvent): void {
    switch (event.type) {
      case 'scope-opened':
      case 'scope-cancelled':
      case 'scope-closed': {
        this.#writeScopeEvent(event);
        return;
      }
      case 'work-began':
      case 'work-ended': {
        this.#writeWorkEvent(event);
        return;
      }
    }
  }

  #writeScopeEvent(event: Extract<InstrumentationEvent, { readonly type: `scope-${string}` }>): void {
    const { ids, write } = this.writer;
    const { name, scheduler, parentLink } = event.scope;
    const at = this.#timestamps.timeOf(event.scope, scheduler);
    if (event.type === 'scope-opened') {
      const parent = ids.of(parentLink.parent) ?? ids.of(nearestWithRole(parentLink.waiter));
      const id = ids.assign(event.scope);
      ids.alias(event.scope.closing, id);
      const { operation } = parentLink;
      if (operation) ids.alias(operation, id);
      write({
        type: 'scope-open',
        id,
        name,
        at,
        ...optional('parent', parent),
        ...optional('operation', operation && toTraced(operation)),
      });
      return;
    }
    const id = ids.of(event.scope);
    if (id === undefined) return;
    if (event.type === 'scope-cancelled') write({ type: 'scope-cancel', id, at, reason: describe(event.reason) });
    else write({ type: 'scope-close', id, at, ...outcomeOf(event.outcome) });
  }

  #writeWorkEvent(event: Extract<InstrumentationEvent, { readonly type: `work-${string}` }>): void {
    const { ids, write } = this.writer;
    const { scope, work } = event;
    const at = this.#timestamps.timeOf(scope, scope.scheduler);
    const parent = ids.of(scope);
    if (event.type === 'work-began') {
      // A scope without an id was opened before the trace began.
      if (parent === undefined) return;
      write({ type: 'work-begin', id: ids.assign(work), name: work.name ?? '', at, parent, scope: parent });
      return;
    }
    const id = ids.of(work);
    if (id !== undefined) write({ type: 'work-end', id, at, ...outcomeOf(event.outcome) });
  }
}

const toTraced = ({ type, name, isEvent }: ObservedOperation): TracedOperation => ({
  type,
  isEvent,
  ...optional('name', name),
});
