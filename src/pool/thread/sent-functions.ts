/**
 * The functions that a thread knows. A program may make functions for ever, so a thread keeps only the most recently used
 * ones; an index that is used again gets the definition of another function.
 */

/** Number of functions that a thread keeps. */
const MAX_FUNCTIONS = 1_000;

export class SentFunctions {
  /** By function id, the least recently used first. */
  readonly #indexes = new Map<number, number>();
  #lastId = -1;
  #lastIndex = -1;

  /** Returns the index of a function in its thread. `define` is called if the thread does not know the function. */
  indexOf(functionId: number, define: (index: number) => void): number {
    if (functionId === this.#lastId) return this.#lastIndex;
    let index = this.#indexes.get(functionId);
    if (index === undefined) {
      index = this.#nextIndex();
      define(index);
    } else this.#indexes.delete(functionId);
    this.#indexes.set(functionId, index);
    this.#lastId = functionId;
    this.#lastIndex = index;
    return index;
  }

  #nextIndex(): number {
    if (this.#indexes.size < MAX_FUNCTIONS) return this.#indexes.size;
    for (const [oldest, index] of this.#indexes) {
      this.#indexes.delete(oldest);
      return index;
    }
    return 0;
  }
}
