/** Rows that are free to be drawn in again; the topmost is taken first, so that a picture stays as low as it can. */
export class FreeRows {
  /** A binary heap: no row lies below one that is further down. */
  readonly #rows: number[] = [];

  get size(): number {
    return this.#rows.length;
  }

  give(row: number): void {
    let at = this.#rows.push(row) - 1;
    for (let above; at > 0 && this.#at((above = (at - 1) >> 1)) > row; at = above) this.#rows[at] = this.#at(above);
    this.#rows[at] = row;
  }

  /** `undefined` if none is free. */
  take(): number | undefined {
    const top = this.#rows[0];
    const last = this.#rows.pop();
    if (last !== undefined && this.#rows.length > 0) this.#sink(last);
    return top;
  }

  #sink(row: number): void {
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
