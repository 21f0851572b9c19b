/**
 * A binary heap whose items know their position, so that any item can be removed in logarithmic time. An item is in one
 * heap at a time.
 */
export interface HeapItem {
  /** The position in the heap; -1 outside of every heap. Set by the heap. */
  heapIndex: number;
}

export class IndexedHeap<T extends HeapItem> {
  readonly #items: T[] = [];

  /** @param isBefore whether `one` leaves the heap before `other` */
  constructor(private readonly isBefore: (one: T, other: T) => boolean) {}

  get size(): number {
    return this.#items.length;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  /** The items, in no particular order. */
  [Symbol.iterator](): Iterator<T> {
    return this.#items[Symbol.iterator]();
  }

  push(item: T): void {
    this.#siftUp(item, this.#items.length);
  }

  shift(): T | undefined {
    const { first } = this;
    if (first) this.remove(first);
    return first;
  }

  /** Removes an item from any position. Has no effect if the item is in no heap. */
  remove(item: T): void {
    const index = item.heapIndex;
    if (index < 0) return;
    item.heapIndex = -1;
    const last = this.#items.pop();
    if (last && last !== item) this.#siftDown(last, index);
  }

  /** Restores the order after a change of an item. */
  update(item: T): void {
    if (item.heapIndex >= 0) this.#siftDown(item, item.heapIndex);
  }

  #siftUp(item: T, from: number): void {
    const items = this.#items;
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = items[above] as T; // Cast: defined, because `above` is less than the size.
      if (!this.isBefore(item, parent)) break;
      items[index] = parent;
      parent.heapIndex = index;
      index = above;
    }
    items[index] = item;
    item.heapIndex = index;
  }

  #siftDown(item: T, from: number): void {
    const items = this.#items;
    let index = from;
    for (let below = 2 * index + 1; below < items.length; below = 2 * index + 1) {
      // Casts: defined, because both positions are less than the size.
      const left = items[below] as T;
      const right = items[below + 1];
      const child = right && this.isBefore(right, left) ? right : left;
      if (!this.isBefore(child, item)) break;
      const hole = index;
      index = child.heapIndex;
      items[hole] = child;
      child.heapIndex = hole;
    }
    this.#siftUp(item, index);
  }
}
