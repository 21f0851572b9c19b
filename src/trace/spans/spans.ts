/**
 * Spans of a trace: what began is put together with how it ended. What began before the trace did is left out, since
 * nothing has told its name; but a flush tells all of its flight.
 *
 * A flight has the id that its batch has in the events: others name it as their parent, and `split.from` names it. The
 * batch while it gathers is the span with the id −id. Ids of threads end in a half.
 */
import { concat, defer, filter, from, map, type OperatorFunction } from 'rxjs';
import { OpenSpans } from './open-spans';
import type { Span } from './span';
import type { TraceEvent } from '../events/trace-event';

/**
 * Gives each span when it ends; and, when the source completes, those that are still open: their `outcome` is undefined.
 * A span that has ended is forgotten. No more than 10 000 waits of each are kept.
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
        map((event) => open.take(event)),
        filter((span) => span !== undefined),
      ),
      defer(() => from(open.left())),
    );
  });

/**
 * The spans of events that have been kept, sorted by their start.
 *
 * @example
 * const events: TraceEvent[] = [];
 * const watching = trace$.subscribe((event) => events.push(event));
 * await report();
 * watching.unsubscribe();
 * const flights = spansOf(events).filter(({ kind }) => kind === 'flight');
 */
export function spansOf(events: Iterable<TraceEvent>): Span[] {
  const open = new OpenSpans();
  const spans: Span[] = [];
  for (const event of events) {
    const span = open.take(event);
    if (span) spans.push(span);
  }
  for (const span of open.left()) spans.push(span);
  return spans.sort(byStart);
}

/** Of those that start together the longest comes first, so that a parent comes before what it waits for. */
export const byStart = (one: Span, other: Span): number =>
  one.start - other.start || other.end - one.end || Math.abs(one.id) - Math.abs(other.id);
