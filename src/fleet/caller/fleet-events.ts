/** Fleet events report the workers of a build as the threads of a pool: each that begins or ends, with a number of its own. */
import { exitEvent, PoolEvents, spawnEvent } from '../../pool/host/pool-events';
import type { FleetMember } from '../redis/membership';

export class FleetEvents extends PoolEvents {
  readonly #numbers = new Map<string, number>();
  #alive = new Set<string>();

  /** The number of a worker. */
  numberOf(worker: string): number {
    let number = this.#numbers.get(worker);
    if (number === undefined) this.#numbers.set(worker, (number = this.#numbers.size + 1));
    return number;
  }

  onMembers(workers: readonly FleetMember[]): void {
    const before = this.#alive;
    this.#alive = new Set(workers.map(({ id }) => id));
    for (const id of this.#alive) if (!before.has(id)) this.next(spawnEvent(this.numberOf(id)));
    for (const id of before) if (!this.#alive.has(id)) this.next(exitEvent(this.numberOf(id), { kind: 'exit' }));
  }
}
