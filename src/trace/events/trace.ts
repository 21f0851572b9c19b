/**
 * The trace is one stream of all events of schedulers, batches, scopes, worker pools and limiters. Nothing is recorded
 * while it has no subscriber.
 */
import { Observable, share, type Subscriber } from 'rxjs';
import { NotificationQueue } from '../../core/notification-queue';
import { instrumentation } from '../../scheduler/instrumentation';
import { BatchEventWriter } from './batch-events';
import { LimiterEventWriter } from './limiter-events';
import { PoolEventWriter } from './pool-events';
import { Ids } from './ids';
import type { EventWriter } from './event-writer';
import { ScopeEventWriter } from './scope-events';
import { TaskEventWriter } from './task-events';
import type { TraceEvent } from './trace-event';
import { listenToInstrumentation, type InstrumentationListener } from './instrumentation-hub';

/**
 * A hot Observable of all that sluice does, beginning with the first subscription. Events are emitted synchronously, at
 * the moment they happen, so a slow observer delays the program.
 *
 * ```
 * keys     a-b-----
 * trace$   (oa)-a-f----l      batch-open, batch-ask, batch-ask, batch-flush, batch-land
 * ```
 *
 * @example
 * const flushes = trace$.pipe(filter(({ type }) => type === 'batch-flush')).subscribe(console.log);
 */
export const trace$: Observable<TraceEvent> = new Observable<TraceEvent>((subscriber) =>
  listenToInstrumentation(traceListener(subscriber)),
).pipe(share());

function traceListener(subscriber: Subscriber<TraceEvent>): InstrumentationListener {
  // An observer may cause further events: they are queued until all observers have received the current one.
  const emissions = new NotificationQueue();
  const writer: EventWriter = {
    ids: new Ids(),
    write: (event) => {
      emissions.enqueue(() => {
        subscriber.next(event);
      });
    },
    siteOf: (future) => instrumentation.current?.siteOf(future),
  };
  const tasks = new TaskEventWriter(writer, (task) => instrumentation.current?.callerOf(task));
  const writers = [
    tasks,
    new BatchEventWriter(writer, tasks),
    new ScopeEventWriter(writer),
    new PoolEventWriter(writer),
    new LimiterEventWriter(writer),
  ];
  return (event) => {
    for (const each of writers) each.handle(event);
  };
}
