/**
 * Packing: blocks that take time and rows go where nothing else is at that time. A block goes into a band of rows that
 * is free and tall enough, or opens one; so it costs little more than sorting them.
 */
import { FreeRows } from './free-rows';

export interface Block {
  readonly start: number;
  readonly end: number;
  /** In rows. */
  readonly height: number;
}

export interface Packed {
  /** The top row of each block. */
  readonly tops: readonly number[];
  readonly height: number;
}

export function pack(blocks: readonly Block[]): Packed {
  const indexed = blocks.map((block, index) => ({ block, index }));
  const coming = indexed.toSorted(byStart);
  const going = indexed.toSorted(byEnd);
  const tops = new Array<number>(blocks.length).fill(0);
  const bands = new Bands();
  const bandOf = new Map<Block, Band>();
  let over = 0;
  for (const { block, index } of coming) {
    for (let first = going[over]; first && isOver(first.block, block.start); first = going[++over]) {
      const band = bandOf.get(first.block);
      if (band) bands.give(band);
    }
    const band = bands.take(block.height);
    bandOf.set(block, band);
    tops[index] = band.top;
  }
  return { tops, height: bands.height };
}

interface Indexed {
  readonly block: Block;
  readonly index: number;
}

const byStart = (one: Indexed, other: Indexed): number => one.block.start - other.block.start;

/** What takes no time comes last of those that end together: it is the one that is not over then. */
const byEnd = (one: Indexed, other: Indexed): number =>
  one.block.end - other.block.end || Number(isTick(one.block)) - Number(isTick(other.block));

/** One moment can be seen only if nothing else begins there. */
const isOver = (block: Block, at: number): boolean => (isTick(block) ? block.end < at : block.end <= at);

const isTick = ({ start, end }: Block): boolean => end <= start;

interface Band {
  readonly top: number;
  readonly height: number;
}

class Bands {
  height = 0;
  /** By height, the lowest first: there are few heights, since the sum of all is no more than there are spans. */
  readonly #free: { readonly height: number; readonly rows: FreeRows }[] = [];

  give({ top, height }: Band): void {
    this.#of(height).give(top);
  }

  take(height: number): Band {
    const free = this.#free.find((those) => those.height >= height && those.rows.size > 0);
    const top = free?.rows.take();
    if (free && top !== undefined) return { top, height: free.height };
    this.height += height;
    return { top: this.height - height, height };
  }

  #of(height: number): FreeRows {
    let at = this.#free.findIndex((those) => those.height >= height);
    if (at < 0) at = this.#free.length;
    const there = this.#free[at];
    if (there?.height === height) return there.rows;
    const rows = new FreeRows();
    this.#free.splice(at, 0, { height, rows });
    return rows;
  }
}
