/**
 * All that happens, as one stream of events: in schedulers, batches, scopes and worker pools. While nobody is subscribed
 * to it, nothing is noted.
 */
import { Observable, share, type Subscriber } from 'rxjs';
import { Fifo } from '../../core/fifo';
import { instrumentation, type InstrumentationEvent } from '../../scheduler/instrumentation';
import { BatchEventWriter } from './batch-events';
import { PoolEventWriter } from './pool-events';
import { Ids } from './ids';
import type { EventWriter } from './event-writer';
import { ScopeEventWriter } from './scope-events';
import { TaskEventWriter } from './task-events';
import type { TraceEvent } from './trace-event';
import { listenToInstrumentation } from './instrumentation-hub';

/**
 * Hot while it is observed: it tells what begins from then on. Events come in the turn in which what they tell of
 * happens, so an observer that takes long is waited for.
 *
 * ```
 * asks     a-b-----
 * trace$   (oa)-a-f----l      batch-open, batch-ask, batch-ask, batch-flush, batch-land
 * ```
 *
 * @example
 * const flushes = trace$.pipe(filter(({ type }) => type === 'batch-flush')).subscribe(console.log);
 */
export const trace$: Observable<TraceEvent> = new Observable<TraceEvent>((subscriber) =>
  listenToInstrumentation(storyFor(subscriber)),
).pipe(share());

function storyFor(subscriber: Subscriber<TraceEvent>): (note: InstrumentationEvent) => void {
  const narrator: EventWriter = {
    ids: new Ids(),
    write: inTurn((event) => {
      subscriber.next(event);
    }),
    siteOf: (future) => instrumentation.current?.siteOf(future),
  };
  const tasks = new TaskEventWriter(narrator, (task) => instrumentation.current?.callerOf(task));
  const readers = [
    tasks,
    new BatchEventWriter(narrator, tasks),
    new ScopeEventWriter(narrator),
    new PoolEventWriter(narrator),
  ];
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
