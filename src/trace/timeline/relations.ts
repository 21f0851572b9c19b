/**
 * Relations between spans, as indices instead of ids. The span of a batch has the negated id of its flight.
 */
import type { Span, SpanKind } from '../spans/span';

export interface Relations {
  /** For each span: the span that waits for it. */
  readonly parents: readonly (number | undefined)[];
  /** For each flight: its batch. For each batch with a split reason: the earlier batch. */
  readonly batches: readonly (number | undefined)[];
  /** For each flight: the tasks that wait for its keys. */
  readonly serves: readonly (readonly number[])[];
}

export function relationsOf(spans: readonly Span[]): Relations {
  const byId = new Map(spans.map(({ id }, index) => [id, index]));
  const indexOf = (id: number | undefined, ...kinds: readonly SpanKind[]): number | undefined => {
    const index = id === undefined ? undefined : byId.get(id);
    const kind = index === undefined ? undefined : spans[index]?.kind;
    return kind !== undefined && kinds.includes(kind) ? index : undefined;
  };
  return {
    parents: spans.map(({ parent }) => indexOf(parent, 'task', 'work', 'scope', 'flight', 'call')),
    batches: spans.map(({ id, kind, split }) => {
      if (kind === 'flight') return indexOf(-id, 'batch');
      return split && (indexOf(-split.from, 'batch') ?? indexOf(split.from, 'flight'));
    }),
    serves: spans.map(({ serves }) =>
      serves.map((id) => indexOf(id, 'task', 'work')).filter((index) => index !== undefined),
    ),
  };
}
