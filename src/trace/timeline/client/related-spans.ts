/** Relations between spans in both directions, and all that belongs to one span. */
import { allSpans, batchOf, flights, kindOf, parentOf, poolOf, servedBy, spansOfKind, threadOf } from './spans';

type SpansOf = (span: number) => readonly number[];

/** Collects the second spans of pairs by the first. */
function listsBy(pairs: Iterable<readonly [from: number | undefined, to: number]>): SpansOf {
  const lists = new Map<number, number[]>();
  for (const [from, to] of pairs) {
    if (from === undefined) continue;
    const list = lists.get(from);
    if (list) list.push(to);
    else lists.set(from, [to]);
  }
  return (span) => lists.get(span) ?? [];
}

export const childrenOf = listsBy(allSpans.map((span) => [parentOf(span), span]));

/** The flights that a task waited for. */
export const flightsServing = listsBy(flights.flatMap((flight) => servedBy(flight).map((task) => [task, flight])));

/** The flight of a batch. */
export const flightsOfBatch = listsBy(flights.map((flight) => [batchOf(flight), flight]));

/** The spans that wait for a span, from the inside out. A cycle of parents ends. */
export function ancestorsOf(span: number): readonly number[] {
  const ancestors = new Set<number>();
  for (let up = parentOf(span); up !== undefined && up !== span && !ancestors.has(up); up = parentOf(up))
    ancestors.add(up);
  return [...ancestors];
}

/** A span, and all spans that are highlighted with it. */
export function relatedTo(span: number): ReadonlySet<number> {
  const related = new Set([span]);
  const add = (spans: readonly (number | undefined)[]): void => {
    for (const one of spans) if (one !== undefined) related.add(one);
  };
  // The loop also visits what it adds.
  for (const one of related) add(childrenOf(one));
  add(ancestorsOf(span));
  add(servedBy(span));
  add(flightsServing(span));
  add(flightsOfBatch(span));
  add([batchOf(span), ...flightsServing(span).map(batchOf)]);
  const kind = kindOf(span);
  if (kind === 'batch') add(flightsOfBatch(span).flatMap(servedBy));
  if (kind === 'thread') add(spansOfKind('call').filter((call) => isOnThread(call, span)));
  return related;
}

const isOnThread = (call: number, thread: number): boolean =>
  poolOf(call) === poolOf(thread) && threadOf(call) === threadOf(thread);
