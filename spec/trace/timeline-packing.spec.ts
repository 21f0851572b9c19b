/** Packing puts blocks into as few rows as possible, without overlaps. */
import fc from 'fast-check';
import { families } from '../../src/trace/timeline/layout/nesting';
import { pack, type Block } from '../../src/trace/timeline/layout/packing';

const block = (start: number, end: number, height = 1): Block => ({ start, end, height });

const blocks = fc.array(
  fc
    .tuple(fc.nat(30), fc.nat(12), fc.integer({ min: 1, max: 4 }))
    .map(([start, length, height]) => block(start, start + length, height)),
  { maxLength: 40 },
);

/** Whether two blocks overlap in time; a block without duration overlaps one that starts at that time. */
const meet = (one: Block, other: Block): boolean =>
  (one.start < other.end && other.start < one.end) || (one.start === other.start && one !== other);

describe('packing', () => {
  it('never puts two blocks in one row at the same time', () => {
    fc.assert(
      fc.property(blocks, (given) => {
        const { tops, height } = pack(given);
        given.forEach((one, at) => {
          const top = tops[at] ?? -1;
          expect(top).toBeGreaterThanOrEqual(0);
          expect(top + one.height).toBeLessThanOrEqual(height);
          given.slice(at + 1).forEach((other, more) => {
            const otherTop = tops[at + 1 + more] ?? -1;
            const shares = top < otherTop + other.height && otherTop < top + one.height;
            expect(shares && meet(one, other)).toBe(false);
          });
        });
      }),
    );
  });

  it('uses as many rows as blocks are concurrent, and no more', () => {
    fc.assert(
      fc.property(blocks, (given) => {
        const low = given.map(({ start, end }) => block(start, end + 1));
        const most = low.map(({ start }) => low.filter((one) => one.start <= start && start < one.end).length);
        expect(pack(low).height).toBe(Math.max(0, ...most));
      }),
    );
  });

  it('puts each block into the topmost free row', () => {
    const given = [block(0, 10), block(0, 4), block(0, 2), block(3, 5), block(4, 6)];
    expect(pack(given).tops).toEqual([0, 1, 2, 2, 1]);
  });

  it('puts blocks without duration at one time into separate rows', () => {
    expect(pack([block(5, 5), block(5, 5), block(5, 8), block(9, 9)]).tops).toEqual([0, 1, 2, 0]);
  });

  it('puts a block without duration behind a block that ends at that time', () => {
    expect(pack([block(0, 5), block(5, 5)]).height).toBe(1);
  });

  it('uses no rows without blocks', () => {
    expect(pack([])).toEqual({ tops: [], height: 0 });
  });

  it('packs a hundred thousand concurrent blocks', () => {
    const many = Array.from({ length: 100_000 }, (_, at) => block(at, 200_000 - at));
    expect(pack([...many, ...many.map(({ start }) => block(300_000 + start, 300_000.5 + start))]).height).toBe(100_000);
  });
});

describe('nesting', () => {
  const rowsOf = (spreads: readonly Block[], parents: readonly (number | undefined)[]): (readonly number[])[] =>
    families(spreads, Array.from(spreads.keys()), parents).map(({ members }) =>
      members.toSorted((one, other) => one.index - other.index).flatMap(({ index, row }) => [index, row]),
    );

  it('puts awaited blocks below their waiter, and consecutive ones in one row', () => {
    const spreads = [block(0, 10), block(1, 4), block(5, 9), block(2, 3), block(2, 6)];
    expect(rowsOf(spreads, [undefined, 0, 0, 1, 0])).toEqual([[0, 0, 1, 1, 2, 1, 3, 2, 4, 3]]);
  });

  it('makes one block of a family, as long as its longest member', () => {
    const [family] = families([block(0, 3), block(1, 9)], [0, 1], [undefined, 0]);
    expect(family).toMatchObject({ root: 0, start: 0, end: 9, height: 2 });
  });

  it('treats a block as a root if its parent is not among the blocks', () => {
    expect(families([block(0, 1), block(0, 1)], [1], [undefined, 0]).map(({ root }) => root)).toEqual([1]);
  });

  it('cuts cycles, and leaves out no block', () => {
    const spreads = Array.from({ length: 5 }, () => block(0, 1));
    const found = families(spreads, [0, 1, 2, 3, 4], [1, 2, 0, 3, 2]);
    expect(found.flatMap(({ members }) => members.map(({ index }) => index)).sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it('supports a depth of a hundred thousand', () => {
    const spreads = Array.from({ length: 100_000 }, (_, at) => block(at, 200_000 - at));
    const indices = Array.from(spreads.keys());
    const [family] = families(
      spreads,
      indices,
      indices.map((index) => (index === 0 ? undefined : index - 1)),
    );
    expect(family).toMatchObject({ height: 100_000 });
  });
});
