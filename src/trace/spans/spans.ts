/**
 * Spans are made of the events of a trace: the event that begins something joined with the one that ends it. A task, scope
 * or call that began before the trace has no span, since its name is unknown; a flight has one, as `batch-flush` names it.
 *
 * A flight has the id that its batch has in the events, which `parent` and `split.from` refer to. The batch before its
 * flush is a span with the negated id. Ids of threads end in .5.
 */
import { concat, defer, filter, from, map, type OperatorFunction } from 'rxjs';
import { OpenSpans } from './open-spans';
import type { Span } from './span';
import type { TraceEvent } from '../events/trace-event';

/**
 * Emits each span when it ends. When the source completes, the open spans are emitted with an undefined `outcome`. Only
 * open spans are kept, with at most 10 000 waits each.
 *
 * @example
 * trace$
 *   .pipe(toSpans(), filter(({ start, end }) => end - start > 1_000))
 *   .subscribe(({ kind, name, keys }) => console.log('slow', kind, name, keys));
 */
export const toSpans = (): OperatorFunction<TraceEvent, Span> => (events$) =>
  defer(() => {
    const open = new OpenSpans();
    return concat(
      events$.pipe(
        map((event) => open.handle(event)),
        filter((span) => span !== undefined),
      ),
      defer(() => from(open.endAll())),
    );
  });

/**
 * The spans of collected events, sorted by start.
 *
 * @param events in the order in which `trace$` emitted them
 *
 * @example
 * const events: TraceEvent[] = [];
 * const subscription = trace$.subscribe((event) => events.push(event));
 * await report();
 * subscription.unsubscribe();
 * const flights = spansOf(events).filter(({ kind }) => kind === 'flight');
 */
export function spansOf(events: Iterable<TraceEvent>): Span[] {
  const open = new OpenSpans();
  const spans: Span[] = [];
  for (const event of events) {
    const span = open.handle(event);
    if (span) spans.push(span);
  }
  for (const span of open.endAll()) spans.push(span);
  return spans.sort(byStart);
}

/** Sorts by start. Of spans that start together the longest comes first, so a parent comes before its children. */
export const byStart = (one: Span, other: Span): number =>
  one.start - other.start || other.end - one.end || Math.abs(one.id) - Math.abs(other.id);
