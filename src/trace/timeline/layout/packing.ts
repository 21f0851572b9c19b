/**
 * Packing assigns rows to blocks of time, so that no two blocks overlap. A block goes into a free band of rows that is tall
 * enough, or into a new one. The cost is little more than that of sorting the blocks.
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
  const starting = indexed.toSorted(byStart);
  const ending = indexed.toSorted(byEnd);
  const tops = new Array<number>(blocks.length).fill(0);
  const bands = new Bands();
  const bandOf = new Map<Block, Band>();
  let ended = 0;
  for (const { block, index } of starting) {
    for (let first = ending[ended]; first && hasEnded(first.block, block.start); first = ending[++ended]) {
      const band = bandOf.get(first.block);
      if (band) bands.release(band);
    }
    const band = bands.take(block.height);
    bandOf.set(block, band);
    tops[index] = band.top;
  }
  return { tops, height: bands.height };
}

interface IndexedBlock {
  readonly block: Block;
  readonly index: number;
}

const byStart = (one: IndexedBlock, other: IndexedBlock): number => one.block.start - other.block.start;

/** Of blocks with the same end, those without duration come last, as they still occupy that moment. */
const byEnd = (one: IndexedBlock, other: IndexedBlock): number =>
  one.block.end - other.block.end || Number(hasNoDuration(one.block)) - Number(hasNoDuration(other.block));

/** A block without duration is drawn as a tick, and occupies its moment: no other block may start there. */
const hasEnded = (block: Block, at: number): boolean => (hasNoDuration(block) ? block.end < at : block.end <= at);

const hasNoDuration = ({ start, end }: Block): boolean => end <= start;

interface Band {
  readonly top: number;
  readonly height: number;
}

class Bands {
  height = 0;
  /** Sorted by height. There are few different heights, since their sum is at most the number of spans. */
  readonly #free: { readonly height: number; readonly rows: FreeRows }[] = [];

  release({ top, height }: Band): void {
    this.#of(height).add(top);
  }

  take(height: number): Band {
    const free = this.#free.find((entry) => entry.height >= height && entry.rows.size > 0);
    const top = free?.rows.take();
    if (free && top !== undefined) return { top, height: free.height };
    this.height += height;
    return { top: this.height - height, height };
  }

  #of(height: number): FreeRows {
    let at = this.#free.findIndex((entry) => entry.height >= height);
    if (at < 0) at = this.#free.length;
    const existing = this.#free[at];
    if (existing?.height === height) return existing.rows;
    const rows = new FreeRows();
    this.#free.splice(at, 0, { height, rows });
    return rows;
  }
}
