/**
 * Nesting: what was begun by another lies below it, as far to the left and as high as there is room, and all of it
 * together is one block. So whoever waits stands above what it waits for, and no two families share a row at a time.
 */
import { pack, type Block } from './packing';

export interface Spread {
  readonly start: number;
  readonly end: number;
}

export interface Family extends Block {
  /** The index of the one that nobody here waits for. */
  readonly root: number;
  /** All of it, with the row of each within the block. */
  readonly members: readonly { readonly index: number; readonly row: number }[];
}

/** `parents` has the index of the one above, for each; chains of any length, and even circles, do no harm. */
export function families(
  spreads: readonly Spread[],
  indices: readonly number[],
  parents: readonly (number | undefined)[],
): readonly Family[] {
  const nodes = new Map(indices.map((index) => [index, new Node(index, spreads[index])]));
  const roots: Node[] = [];
  for (const node of nodes.values()) {
    const parent = parents[node.index];
    const above = parent === undefined ? undefined : nodes.get(parent);
    node.above = above;
    if (above) above.below.push(node);
    else roots.push(node);
  }
  const ordered = fromTheTop(roots, nodes);
  for (const node of ordered.toReversed()) node.gather();
  return roots.map((root) => root.family());
}

class Node {
  above: Node | undefined;
  readonly below: Node[] = [];
  start: number;
  end: number;
  height = 1;
  row = 0;
  #tops: readonly number[] = [];

  constructor(
    readonly index: number,
    spread: Spread | undefined,
  ) {
    this.start = spread?.start ?? 0;
    this.end = spread?.end ?? 0;
  }

  /** Once those below have. */
  gather(): void {
    const { tops, height } = pack(this.below);
    this.#tops = tops;
    this.height = 1 + height;
    for (const { start, end } of this.below) {
      this.start = Math.min(this.start, start);
      this.end = Math.max(this.end, end);
    }
  }

  family(): Family {
    const nodes: Node[] = [this];
    for (const node of nodes) {
      node.below.forEach((child, at) => {
        child.row = node.row + 1 + (node.#tops[at] ?? 0);
        nodes.push(child);
      });
    }
    const members = nodes.map(({ index, row }) => ({ index, row }));
    return { root: this.index, members, start: this.start, end: this.end, height: this.height };
  }
}

/** Each after the one above it. Whoever is its own ancestor is cut loose, and becomes a root. */
function fromTheTop(roots: Node[], nodes: ReadonlyMap<number, Node>): readonly Node[] {
  const found = new Set<Node>(roots);
  const ordered = [...roots];
  let next = 0;
  const goDown = (): void => {
    for (; next < ordered.length; next++) {
      for (const child of ordered[next]?.below ?? []) {
        found.add(child);
        ordered.push(child);
      }
    }
  };
  goDown();
  for (const node of nodes.values()) {
    if (found.has(node)) continue;
    node.above?.below.splice(node.above.below.indexOf(node), 1);
    roots.push(node);
    found.add(node);
    ordered.push(node);
    goDown();
  }
  return ordered;
}
