/**
 * A first-in, first-out queue takes constant time for `push` and `shift`, also with a million items and while it is being
 * drained. Removed items are released to the garbage collector at once.
 */
export class Fifo<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  get first(): T | undefined {
    return this.#items[this.#head];
  }

  [Symbol.iterator](): Iterator<T> {
    // Cast: no hole, because all places from the head on are filled.
    return (this.#items.slice(this.#head) as T[])[Symbol.iterator]();
  }

  push(item: T): void {
    this.#items[this.#items.length] = item; // faster than `push`, which V8 does not inline here
  }

  shift(): T | undefined {
    if (this.#head === this.#items.length) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head > 1_024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
