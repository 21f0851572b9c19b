/** Numbers for what a trace tells of: each is given out once. */
let last = 0;

export class Ids {
  readonly #ids = new WeakMap<object, number>();

  /** The number of this, from now on. */
  give(to: object): number {
    this.#ids.set(to, ++last);
    return last;
  }

  /** It is another face of what has this number. */
  share(face: object, id: number): void {
    this.#ids.set(face, id);
  }

  of(one: object | undefined): number | undefined {
    return one && this.#ids.get(one);
  }
}
