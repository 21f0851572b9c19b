/**
 * Who belongs to whom, as indices into the spans instead of ids. A batch while it gathers has the id of its flight, but
 * negative.
 */
import type { Span, SpanKind } from '../spans/span';

export interface Relations {
  /** Of each span: whoever waits for it. */
  readonly parents: readonly (number | undefined)[];
  /** Of each flight: the batch it took off from. Of each batch with an earlier one: that one. */
  readonly batches: readonly (number | undefined)[];
  /** Of each flight: the tasks it served. */
  readonly serves: readonly (readonly number[])[];
}

export function relationsOf(spans: readonly Span[]): Relations {
  const byId = new Map(spans.map(({ id }, index) => [id, index]));
  const find = (id: number | undefined, ...kinds: readonly SpanKind[]): number | undefined => {
    const index = id === undefined ? undefined : byId.get(id);
    const kind = index === undefined ? undefined : spans[index]?.kind;
    return kind !== undefined && kinds.includes(kind) ? index : undefined;
  };
  return {
    parents: spans.map(({ parent }) => find(parent, 'task', 'work', 'scope', 'flight', 'call')),
    batches: spans.map(({ id, kind, split }) => {
      if (kind === 'flight') return find(-id, 'batch');
      return split && (find(-split.from, 'batch') ?? find(split.from, 'flight'));
    }),
    serves: spans.map(({ serves }) =>
      serves.map((id) => find(id, 'task', 'work')).filter((index) => index !== undefined),
    ),
  };
}
