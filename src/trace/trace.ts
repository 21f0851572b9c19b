/**
 * All that happens, as one stream of events: in schedulers, batches, scopes and worker pools. While nobody is subscribed
 * to it, nothing is noted.
 */
import { Observable, share, type Subscriber } from 'rxjs';
import { Fifo } from '../scheduler/fifo';
import { seam, type Note } from '../scheduler/probe';
import { BatchNotes } from './batch-notes';
import { CallNotes } from './call-notes';
import { Ids } from './ids';
import type { Narrator } from './narrator';
import { ScopeNotes } from './scope-notes';
import { TaskNotes } from './task-notes';
import type { TraceEvent } from './trace-event';
import { lookOn } from './watch';

/**
 * Hot while it is observed: it tells what begins from then on. Events come in the turn in which what they tell of
 * happens, so an observer that takes long is waited for.
 *
 * ```
 * asks     a-b-----
 * trace$   (oa)-a-f----l      batch open, batch ask, batch ask, batch flush, batch land
 * ```
 *
 * @example
 * const flushes = trace$.pipe(filter(({ type }) => type === 'batch flush')).subscribe(console.log);
 */
export const trace$: Observable<TraceEvent> = new Observable<TraceEvent>((subscriber) =>
  lookOn(storyFor(subscriber)),
).pipe(share());

function storyFor(subscriber: Subscriber<TraceEvent>): (note: Note) => void {
  const narrator: Narrator = {
    ids: new Ids(),
    tell: inTurn((event) => {
      subscriber.next(event);
    }),
    siteOf: (future) => seam.probe?.siteOf(future),
  };
  const tasks = new TaskNotes(narrator, (task) => seam.probe?.callerOf(task));
  const readers = [tasks, new BatchNotes(narrator, tasks), new ScopeNotes(narrator), new CallNotes(narrator)];
  return (note) => {
    for (const reader of readers) reader.note(note);
  };
}

/** An observer may do something that is told of in turn: all are told of the first before. */
function inTurn(tell: (event: TraceEvent) => void): (event: TraceEvent) => void {
  const untold = new Fifo<TraceEvent>();
  let isTelling = false;
  return (event) => {
    untold.push(event);
    if (isTelling) return;
    isTelling = true;
    try {
      for (let next = untold.shift(); next; next = untold.shift()) tell(next);
    } finally {
      isTelling = false;
    }
  };
}
