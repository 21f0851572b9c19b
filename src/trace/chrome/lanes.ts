/**
 * Lanes hold slices that are nested or disjoint, and never overlap partially, as trace viewers require. Each slice goes into
 * the lane of its container where it fits, else into a free lane.
 */
export interface Slice {
  readonly id: number;
  readonly start: number;
  readonly end: number;
  /** The id of the slice to nest this one in, if it fits. */
  readonly container: number | undefined;
}

/**
 * The lane of each slice, counted from 0. The slices must be sorted by start, then longest first: the open slices of a lane
 * are a stack then, and each slice is pushed and popped once.
 */
export function lanesOf(slices: readonly Slice[]): number[] {
  const lanes = new Map<Slice, Lane>();
  const laneOf = new Map<number, Lane>();
  const free: Lane[] = [];
  let count = 0;
  const byEnd = slices.filter(hasDuration).sort((one, other) => one.end - other.end);
  let ended = 0;

  return slices.map((slice) => {
    for (let next = byEnd[ended]; next && next.end <= slice.start; next = byEnd[++ended]) {
      const lane = lanes.get(next);
      if (lane?.outermost === next) free.push(lane);
    }
    const container = slice.container === undefined ? undefined : laneOf.get(slice.container);
    const isNested = container?.hasRoomFor(slice) === true;
    const lane = isNested ? container : (free.pop() ?? new Lane(count++));
    lane.push(slice, isNested);
    lanes.set(slice, lane);
    laneOf.set(slice.id, lane);
    if (!isNested && !hasDuration(slice)) free.push(lane);
    return lane.index;
  });
}

const hasDuration = ({ start, end }: Slice): boolean => end > start;

class Lane {
  #open: Slice[] = [];

  constructor(readonly index: number) {}

  get outermost(): Slice | undefined {
    return this.#open[0];
  }

  hasRoomFor({ start, end, container }: Slice): boolean {
    while ((this.#open.at(-1)?.end ?? Infinity) <= start) this.#open.pop();
    const innermost = this.#open.at(-1);
    return innermost?.id === container && innermost !== undefined && end <= innermost.end;
  }

  push(slice: Slice, isNested: boolean): void {
    if (!isNested) this.#open = [];
    this.#open.push(slice);
  }
}
