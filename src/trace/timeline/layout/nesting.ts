/**
 * Nesting draws a span above its children. A root with all its descendants is a family, which is packed as one block: two
 * families never share a row at the same time.
 */
import { pack, type Block } from './packing';

export interface TimeRange {
  readonly start: number;
  readonly end: number;
}

export interface Family extends Block {
  /** The index of the outermost span. */
  readonly root: number;
  /** All spans of the family, with their rows in the block. */
  readonly members: readonly { readonly index: number; readonly row: number }[];
}

/** @param parents the index of the parent of each span; chains may have any length, and cycles are cut */
export function families(
  ranges: readonly TimeRange[],
  indices: readonly number[],
  parents: readonly (number | undefined)[],
): readonly Family[] {
  const nodes = new Map(indices.map((index) => [index, new SpanNode(index, ranges[index])]));
  const roots: SpanNode[] = [];
  for (const node of nodes.values()) {
    const parent = parents[node.index];
    const parentNode = parent === undefined ? undefined : nodes.get(parent);
    node.parent = parentNode;
    if (parentNode) parentNode.children.push(node);
    else roots.push(node);
  }
  const ordered = topDown(roots, nodes);
  for (const node of ordered.toReversed()) node.measure();
  return roots.map((root) => root.family());
}

class SpanNode {
  parent: SpanNode | undefined;
  readonly children: SpanNode[] = [];
  start: number;
  end: number;
  height = 1;
  row = 0;
  #tops: readonly number[] = [];

  constructor(
    readonly index: number,
    range: TimeRange | undefined,
  ) {
    this.start = range?.start ?? 0;
    this.end = range?.end ?? 0;
  }

  /** Computes time range and height; called for the children first. */
  measure(): void {
    const { tops, height } = pack(this.children);
    this.#tops = tops;
    this.height = 1 + height;
    for (const { start, end } of this.children) {
      this.start = Math.min(this.start, start);
      this.end = Math.max(this.end, end);
    }
  }

  family(): Family {
    const nodes: SpanNode[] = [this];
    for (const node of nodes) {
      node.children.forEach((child, at) => {
        child.row = node.row + 1 + (node.#tops[at] ?? 0);
        nodes.push(child);
      });
    }
    const members = nodes.map(({ index, row }) => ({ index, row }));
    return { root: this.index, members, start: this.start, end: this.end, height: this.height };
  }
}

/** All nodes, each after its parent. A cycle is cut: one of its nodes becomes a root. */
function topDown(roots: SpanNode[], nodes: ReadonlyMap<number, SpanNode>): readonly SpanNode[] {
  const found = new Set<SpanNode>(roots);
  const ordered = [...roots];
  let next = 0;
  const addDescendants = (): void => {
    for (; next < ordered.length; next++) {
      for (const child of ordered[next]?.children ?? []) {
        found.add(child);
        ordered.push(child);
      }
    }
  };
  addDescendants();
  for (const node of nodes.values()) {
    if (found.has(node)) continue;
    node.parent?.children.splice(node.parent.children.indexOf(node), 1);
    roots.push(node);
    found.add(node);
    ordered.push(node);
    addDescendants();
  }
  return ordered;
}
