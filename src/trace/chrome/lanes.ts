/**
 * Slices on one lane lie within one another or apart, but never overlap: pictures want it so. Each slice is given a lane,
 * that of the slice it belongs to where it fits in there, else one that is free.
 */
export interface Slice {
  readonly id: number;
  readonly start: number;
  readonly end: number;
  /** The id of the slice that it would like to lie within. */
  readonly within: number | undefined;
}

/**
 * The lane of each slice, counted from 0. They come sorted by start, of equal starts the longest first: so what is open
 * on a lane is a stack, and each slice is put there once and taken away once.
 */
export function lanesOf(slices: readonly Slice[]): number[] {
  const lanes = new Map<Slice, Lane>();
  const laneOf = new Map<number, Lane>();
  const free: Lane[] = [];
  let count = 0;
  const byEnd = slices.filter(isLong).sort((one, other) => one.end - other.end);
  let over = 0;

  return slices.map((slice) => {
    for (let next = byEnd[over]; next && next.end <= slice.start; next = byEnd[++over]) {
      const lane = lanes.get(next);
      if (lane?.outermost === next) free.push(lane);
    }
    const around = slice.within === undefined ? undefined : laneOf.get(slice.within);
    const isNested = around?.hasRoomFor(slice) === true;
    const lane = isNested ? around : (free.pop() ?? new Lane(count++));
    lane.put(slice, isNested);
    lanes.set(slice, lane);
    laneOf.set(slice.id, lane);
    if (!isNested && !isLong(slice)) free.push(lane);
    return lane.index;
  });
}

const isLong = ({ start, end }: Slice): boolean => end > start;

class Lane {
  #open: Slice[] = [];

  constructor(readonly index: number) {}

  get outermost(): Slice | undefined {
    return this.#open[0];
  }

  hasRoomFor({ start, end, within }: Slice): boolean {
    while ((this.#open.at(-1)?.end ?? Infinity) <= start) this.#open.pop();
    const innermost = this.#open.at(-1);
    return innermost?.id === within && innermost !== undefined && end <= innermost.end;
  }

  put(slice: Slice, isNested: boolean): void {
    if (!isNested) this.#open = [];
    this.#open.push(slice);
  }
}
