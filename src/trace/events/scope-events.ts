/** What a trace tells of scopes, and of the work that is started in them. */
import { describe } from '../../core/describe';
import type { InstrumentationEvent } from '../../scheduler/instrumentation';
import { named } from '../../scheduler/waiter';
import { Timestamps } from './timestamps';
import { known, outcomeOf, type EventWriter } from './event-writer';

export class ScopeEventWriter {
  readonly #clocks = new Timestamps();

  constructor(private readonly narrator: EventWriter) {}

  note(note: InstrumentationEvent): void {
    switch (note.type) {
      case 'scope-opened':
      case 'scope-cancelled':
      case 'scope-closed': {
        this.#ofScope(note);
        return;
      }
      case 'work-began':
      case 'work-ended': {
        this.#ofWork(note);
        return;
      }
    }
  }

  #ofScope(note: Extract<InstrumentationEvent, { readonly type: `scope-${string}` }>): void {
    const { ids, write: tell } = this.narrator;
    const { name, scheduler, parentLink: home } = note.scope;
    const at = this.#clocks.timeOf(note.scope, scheduler);
    if (note.type === 'scope-opened') {
      const parent = ids.of(home.parent) ?? ids.of(named(home.above));
      const id = ids.give(note.scope);
      ids.share(note.scope.closing, id);
      tell({ type: 'scope-open', id, name, at, ...known('parent', parent) });
      return;
    }
    const id = ids.of(note.scope);
    if (id === undefined) return;
    if (note.type === 'scope-cancelled') tell({ type: 'scope-cancel', id, at, reason: describe(note.reason) });
    else tell({ type: 'scope-close', id, at, ...outcomeOf(note.how) });
  }

  #ofWork(note: Extract<InstrumentationEvent, { readonly type: `work-${string}` }>): void {
    const { ids, write: tell } = this.narrator;
    const { scope, work } = note;
    const at = this.#clocks.timeOf(scope, scope.scheduler);
    const parent = ids.of(scope);
    if (note.type === 'work-began') {
      // The trace has begun after the scope.
      if (parent === undefined) return;
      tell({ type: 'work-begin', id: ids.give(work), name: work.name ?? '', at, parent, scope: parent });
      return;
    }
    const id = ids.of(work);
    if (id !== undefined) tell({ type: 'work-end', id, at, ...outcomeOf(note.how) });
  }
}
