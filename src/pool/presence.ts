/** That tasks of a scheduler are with a pool: said once for all of them, as long as there is one. */
import type { Elsewhere, Era, Waited } from '../scheduler/era';

export class Presence implements Elsewhere {
  #count = 0;

  constructor(
    readonly era: Era,
    private readonly pool: Present,
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

  *waited(): Generator<Waited> {
    const requests = this.pool.requests?.();
    if (!requests) yield { waiter: undefined, what: this.describe() };
    else for (const { presence, waited } of requests) if (presence === this) yield waited;
  }
}

interface Present {
  describe(): string;
  advance(): boolean;
  /** Those that it knows the waiters of. */
  requests?(): Iterable<{ readonly presence: Presence; readonly waited: Waited }>;
}

/** Those of a pool: one for each era it has work of. */
export class Presences {
  /** Weak, and without a shortcut to the last one: the scheduler of a request goes when the request is gone. */
  readonly #all = new WeakMap<Era, Presence>();

  constructor(private readonly pool: Present) {}

  in(era: Era): Presence {
    let presence = this.#all.get(era);
    if (!presence) this.#all.set(era, (presence = new Presence(era, this.pool)));
    return presence;
  }
}
