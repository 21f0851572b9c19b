/** That tasks of a scheduler are with a pool: said once for all of them, as long as there is one. */
import type { Elsewhere, Era } from '../scheduler/era';

export class Presence implements Elsewhere {
  #count = 0;

  constructor(
    readonly era: Era,
    private readonly pool: { describe(): string; advance(): boolean },
  ) {}

  enter(): void {
    if (this.#count++ === 0) this.era.busyWith(this);
  }

  leave(): void {
    if (--this.#count === 0) this.era.doneWith(this);
  }

  describe(): string {
    return this.pool.describe();
  }

  advance(): boolean {
    return this.pool.advance();
  }
}

/** Those of a pool: one for each era it has work of. */
export class Presences {
  #last: Presence | undefined;
  readonly #all = new WeakMap<Era, Presence>();

  constructor(private readonly pool: { describe(): string; advance(): boolean }) {}

  in(era: Era): Presence {
    if (this.#last?.era === era) return this.#last;
    let presence = this.#all.get(era);
    if (!presence) this.#all.set(era, (presence = new Presence(era, this.pool)));
    return (this.#last = presence);
  }
}
