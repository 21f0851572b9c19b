/** Keep-alive holds the process while a pool has work that goes on by itself. */
export class KeepAlive {
  readonly #keepProcessAlive: () => () => void;
  #release: (() => void) | undefined;

  /** @param keepProcessAlive holds the process until the returned function is called */
  constructor(keepProcessAlive: () => () => void) {
    this.#keepProcessAlive = keepProcessAlive;
  }

  update(isNeeded: boolean): void {
    if (isNeeded) {
      this.#release ??= this.#keepProcessAlive();
      return;
    }
    this.#release?.();
    this.#release = undefined;
  }
}
