/** The ledger of a soak: each task begins once and ends once, by its outcome or by a cancel; all else is a violation. */
import { isDeepStrictEqual } from 'node:util';

/** Limit of the violations that are kept as text; later ones are only counted. */
const violationsKept = 20;

export class Ledger {
  /** @type {Set<{ kind: import('./task-kinds.mjs').TaskKind }>} */
  #open = new Set();
  #counts = { begun: 0, values: 0, errors: 0, cancelled: 0, violations: 0 };
  /** @type {string[]} */
  #violations = [];

  get open() {
    return this.#open.size;
  }

  /** Names of the kinds of tasks that have not ended, without duplicates. */
  get openKinds() {
    return [...new Set([...this.#open].map(({ kind }) => kind.name))].join(', ');
  }

  get counts() {
    return { ...this.#counts };
  }

  get violations() {
    return this.#violations;
  }

  addViolation(/** @type {string} */ violation) {
    this.#counts.violations++;
    if (this.#violations.length < violationsKept) this.#violations.push(violation);
  }

  /**
   * Records the beginning of a task. Returns its observer, with a method `cancelled` to call before the task is cancelled.
   *
   * @param {import('./task-kinds.mjs').TaskKind} kind @param {number} input
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
      if (ending) return this.addViolation(`${name} ended with ${how} after ${ending}`);
      ending = how;
      this.#open.delete(entry);
    };
    return {
      next: (/** @type {unknown} */ item) => {
        if (ending) return this.addViolation(`${name} gave an item after ${ending}`);
        if (!isDeepStrictEqual(item, items[seen])) this.addViolation(`${name} gave ${item} for its item ${seen}`);
        seen++;
      },
      error: (/** @type {unknown} */ error) => {
        end('an error');
        this.#counts.errors++;
        if (kind.end === 'values') this.addViolation(`${name} failed: ${error}`);
        if (!(error instanceof Error)) this.addViolation(`${name} failed with ${error}, which is not an Error`);
      },
      complete: () => {
        end('completion');
        this.#counts.values++;
        if (kind.end === 'error') this.addViolation(`${name} did not fail`);
        else if (seen !== items.length) this.addViolation(`${name} gave ${seen} items of ${items.length}`);
      },
      cancelled: () => {
        if (ending) return;
        end('a cancel');
        this.#counts.cancelled++;
      },
    };
  }
}
