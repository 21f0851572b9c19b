/** A tree of titles that is printed as text. Large trees are cut to a readable size. */
import { printable } from '../../core/printable';

export class TextTree {
  readonly #children: TextTree[] = [];

  constructor(public title: string) {}

  get isLeaf(): boolean {
    return this.#children.length === 0;
  }

  add(title: string): TextTree {
    const child = new TextTree(title);
    this.#children.push(child);
    return child;
  }

  /** A loop and not a recursion: a chain of tasks is only limited by memory. */
  toString(): string {
    const lines = [printable(this.title)];
    const stack = this.#childLines('', 0);
    for (let next = stack.pop(); next; next = stack.pop()) {
      if (lines.length === MAX_LINES) return [...lines, '… and more'].join('\n');
      const { node, indent, isLast, depth } = next;
      lines.push(`${indent}${isLast ? '└─ ' : '├─ '}${printable(node.title)}`);
      stack.push(...node.#childLines(indent + (isLast ? '   ' : '│  '), depth + 1));
    }
    return lines.join('\n');
  }

  /** In reverse, for a stack. */
  #childLines(indent: string, depth: number): TreeLine[] {
    const limit = depth < MAX_DEPTH ? MAX_CHILDREN : 0;
    const shown = this.#children.length > limit ? this.#children.slice(0, limit) : [...this.#children];
    const hidden = this.#children.length - shown.length;
    if (hidden > 0) shown.push(new TextTree(`… and ${String(hidden)} more`));
    return shown.map((node, index) => ({ node, indent, depth, isLast: index === shown.length - 1 })).reverse();
  }
}

interface TreeLine {
  readonly node: TextTree;
  readonly indent: string;
  readonly depth: number;
  readonly isLast: boolean;
}

const MAX_LINES = 500;
const MAX_CHILDREN = 20;
const MAX_DEPTH = 50;
