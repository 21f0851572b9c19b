/** Ids of what a trace reports, such as tasks and batches. Each number is assigned once in a process. */
let last = 0;

export class Ids {
  readonly #ids = new WeakMap<object, number>();

  assign(object: object): number {
    this.#ids.set(object, ++last);
    return last;
  }

  /** Makes `object` a second key of an id, as a flight has the id of its batch. */
  alias(object: object, id: number): void {
    this.#ids.set(object, id);
  }

  of(object: object | undefined): number | undefined {
    return object && this.#ids.get(object);
  }
}
