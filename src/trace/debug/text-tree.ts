/** A tree of titles, drawn as text: so much of it as somebody can read. */
import { printable } from '../../core/printable';

export class TextTree {
  readonly #branches: TextTree[] = [];

  constructor(public title: string) {}

  get isBare(): boolean {
    return this.#branches.length === 0;
  }

  add(title: string): TextTree {
    const branch = new TextTree(title);
    this.#branches.push(branch);
    return branch;
  }

  /** Without recursion: a chain of tasks may be as long as there is memory. */
  toString(): string {
    const lines = [printable(this.title)];
    const toDraw = this.#drawings('', 0);
    for (let next = toDraw.pop(); next; next = toDraw.pop()) {
      if (lines.length === MOST_LINES) return [...lines, '… and more'].join('\n');
      const { branch, indent, isLast, depth } = next;
      lines.push(`${indent}${isLast ? '└─ ' : '├─ '}${printable(branch.title)}`);
      toDraw.push(...branch.#drawings(indent + (isLast ? '   ' : '│  '), depth + 1));
    }
    return lines.join('\n');
  }

  /** The last first, as a stack has them. */
  #drawings(indent: string, depth: number): Drawing[] {
    const most = depth < DEEPEST ? WIDEST : 0;
    const shown = this.#branches.length > most ? this.#branches.slice(0, most) : [...this.#branches];
    const left = this.#branches.length - shown.length;
    if (left > 0) shown.push(new TextTree(`… and ${String(left)} more`));
    return shown.map((branch, index) => ({ branch, indent, depth, isLast: index === shown.length - 1 })).reverse();
  }
}

interface Drawing {
  readonly branch: TextTree;
  readonly indent: string;
  readonly depth: number;
  readonly isLast: boolean;
}

const MOST_LINES = 500;
const WIDEST = 20;
const DEEPEST = 50;
