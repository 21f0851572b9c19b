import { IndexedHeap, type HeapItem } from '../../src/core/indexed-heap';

class Item implements HeapItem {
  heapIndex = -1;

  constructor(public rank: number) {}
}

const heapOf = (items: readonly Item[]): IndexedHeap<Item> => {
  const heap = new IndexedHeap<Item>((one, other) => one.rank < other.rank);
  for (const item of items) heap.push(item);
  return heap;
};

function drain(heap: IndexedHeap<Item>): number[] {
  const ranks: number[] = [];
  for (let item = heap.shift(); item; item = heap.shift()) ranks.push(item.rank);
  return ranks;
}

/** The numbers below a prime, in an order that is neither sorted nor random. */
const shuffled = Array.from({ length: 101 }, (_, index) => (index * 37) % 101);
const ascending = [...shuffled].sort((one, other) => one - other);

describe('IndexedHeap', () => {
  it('returns its items in order, and then undefined', () => {
    const heap = heapOf(shuffled.map((rank) => new Item(rank)));
    expect(heap.first?.rank).toBe(0);
    expect(drain(heap)).toEqual(ascending);
    expect(heap.shift()).toBeUndefined();
  });

  it('removes an item from any position, and keeps the order of the others', () => {
    for (const removed of shuffled) {
      const items = shuffled.map((rank) => new Item(rank));
      const heap = heapOf(items);
      for (const item of items) if (item.rank === removed) heap.remove(item);
      expect(heap.size).toBe(100);
      expect(drain(heap)).toEqual(ascending.filter((rank) => rank !== removed));
    }
  });

  it('ignores the removal of an item that is not in it', () => {
    const [one, other] = [new Item(1), new Item(2)];
    const heap = heapOf([one]);
    heap.remove(other);
    heap.remove(one);
    heap.remove(one);
    expect(heap.size).toBe(0);
  });

  it('moves an item whose rank has changed, up or down', () => {
    for (const rank of [-1, 50.5, 102]) {
      const items = shuffled.map((each) => new Item(each));
      const heap = heapOf(items);
      for (const item of items) {
        if (item.rank !== 50) continue;
        item.rank = rank;
        heap.update(item);
      }
      const others = ascending.filter((each) => each !== 50);
      expect(drain(heap)).toEqual([...others, rank].sort((one, other) => one - other));
    }
  });

  it('iterates over all items', () => {
    const ranks = Array.from(heapOf(shuffled.map((rank) => new Item(rank))), ({ rank }) => rank);
    expect(ranks.sort((one, other) => one - other)).toEqual(ascending);
  });
});
