/** Rows that are free again. The topmost is reused first, which keeps the picture low. */
export class FreeRows {
  /** A binary min-heap. */
  readonly #rows: number[] = [];

  get size(): number {
    return this.#rows.length;
  }

  add(row: number): void {
    let at = this.#rows.push(row) - 1;
    for (let parent; at > 0 && this.#at((parent = (at - 1) >> 1)) > row; at = parent) this.#rows[at] = this.#at(parent);
    this.#rows[at] = row;
  }

  /** Removes and returns the topmost row; `undefined` if none is free. */
  take(): number | undefined {
    const top = this.#rows[0];
    const last = this.#rows.pop();
    if (last !== undefined && this.#rows.length > 0) this.#siftDown(last);
    return top;
  }

  #siftDown(row: number): void {
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const next = this.#at(left + 1) < this.#at(left) ? left + 1 : left;
      if (this.#at(next) >= row) break;
      this.#rows[at] = this.#at(next);
      at = next;
    }
    this.#rows[at] = row;
  }

  #at(index: number): number {
    return this.#rows[index] ?? Infinity;
  }
}
