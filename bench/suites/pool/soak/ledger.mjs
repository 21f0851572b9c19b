/** The ledger of a soak: each task is opened once and closed once, by its end or by a cancel; whatever else is a complaint. */
import { isDeepStrictEqual } from 'node:util';

/** Enough to see what is wrong. */
const complaintsKept = 20;

export class Ledger {
  /** @type {Set<{ kind: import('./kinds.mjs').Kind }>} */
  #open = new Set();
  #counts = { begun: 0, values: 0, errors: 0, cancelled: 0, complaints: 0 };
  /** @type {string[]} */
  #complaints = [];

  get open() {
    return this.#open.size;
  }

  /** The kinds of the tasks that have not ended, each once. */
  get kindsOpen() {
    return [...new Set([...this.#open].map(({ kind }) => kind.name))].join(', ');
  }

  get counts() {
    return { ...this.#counts };
  }

  get complaints() {
    return this.#complaints;
  }

  complain(/** @type {string} */ complaint) {
    this.#counts.complaints++;
    if (this.#complaints.length < complaintsKept) this.#complaints.push(complaint);
  }

  /**
   * An observer for a task that is about to begin, and `cancelled` to be told of a cancel before it is done.
   *
   * @param {import('./kinds.mjs').Kind} kind @param {number} input
   */
  begin(kind, input) {
    const entry = { kind };
    const name = `${kind.name}(${input})`;
    const items = kind.items?.(input) ?? [];
    let seen = 0;
    /** @type {string | undefined} */
    let ending;
    this.#open.add(entry);
    this.#counts.begun++;

    const end = (/** @type {string} */ how) => {
      if (ending) return this.complain(`${name} ended with ${how} after ${ending}`);
      ending = how;
      this.#open.delete(entry);
    };
    return {
      next: (/** @type {unknown} */ item) => {
        if (ending) return this.complain(`${name} gave an item after ${ending}`);
        if (!isDeepStrictEqual(item, items[seen])) this.complain(`${name} gave ${item} for its item ${seen}`);
        seen++;
      },
      error: (/** @type {unknown} */ error) => {
        end('an error');
        this.#counts.errors++;
        if (kind.end === 'values') this.complain(`${name} failed: ${error}`);
        if (!(error instanceof Error)) this.complain(`${name} failed with what is no error: ${error}`);
      },
      complete: () => {
        end('completion');
        this.#counts.values++;
        if (kind.end === 'error') this.complain(`${name} did not fail`);
        else if (seen !== items.length) this.complain(`${name} gave ${seen} items of ${items.length}`);
      },
      cancelled: () => {
        if (ending) return;
        end('a cancel');
        this.#counts.cancelled++;
      },
    };
  }
}
