/** Who has which place on a thread. */
import { TaskSlots, type Phase } from '../wire/task-slots';

interface SlotUser {
  readonly number: number;
  /** It can't be sent anew. */
  readonly isMoving: boolean;
  left(): void;
}

export class SlotTable<R extends SlotUser> {
  /** Places that are taken, also by those nobody waits for any more. */
  taken = 0;
  readonly #slots: TaskSlots;
  readonly #requests: (R | undefined)[] = [];

  constructor(places: TaskSlots) {
    this.#slots = places;
  }

  get left(): number {
    return this.#slots.left;
  }

  get requests(): R[] {
    return this.#requests.filter((request) => request !== undefined);
  }

  at(place: number): R | undefined {
    return this.#requests[place];
  }

  get unbegun(): number {
    let count = 0;
    for (const [place, request] of this.#requests.entries())
      if (request && this.phase(place) === 'queue' && !this.hasEnded(place)) count++;
    return count;
  }

  phase(place: number): Phase {
    return this.#slots.phase(place);
  }

  hasEnded(place: number): boolean {
    return this.#slots.hasEnded(place);
  }

  assign(request: R): number {
    const place = this.#slots.take();
    this.#requests[place] = request;
    this.taken++;
    return place;
  }

  /** The worker is done with it. */
  free(place: number): R | undefined {
    const request = this.#requests[place];
    this.#requests[place] = undefined;
    this.#slots.release(place);
    this.taken--;
    request?.left();
    return request;
  }

  /** True if it had not begun. Its place is free when the worker has passed over it. */
  takeBack(place: number): boolean {
    const isBack = this.#slots.takeBack(place);
    if (isBack) this.#requests[place] = undefined;
    return isBack;
  }

  /** Up to so many that have not begun, those that came last. */
  takeBackLast(count: number): R[] {
    const back: R[] = [];
    const lastFirst = [...this.#requests.entries()].sort(([, one], [, other]) => numberOf(other) - numberOf(one));
    for (const [place, request] of lastFirst) {
      if (back.length === count) break;
      if (request && !request.isMoving && this.takeBack(place)) back.push(request);
    }
    return back.reverse();
  }

  /** All of them leave: those at which the worker was, or that can't be sent anew; and the others. */
  clear({ blamesEnded }: { readonly blamesEnded: boolean }): { readonly begun: R[]; readonly others: R[] } {
    const left = { begun: [] as R[], others: [] as R[] };
    for (const [place, present] of [...this.#requests.entries()]) {
      if (!present) continue;
      const wasAtIt =
        present.isMoving || (this.#slots.hasBegun(place) && (blamesEnded || !this.#slots.hasEnded(place)));
      this.free(place);
      left[wasAtIt ? 'begun' : 'others'].push(present);
    }
    return left;
  }
}

const numberOf = (request: { readonly number: number } | undefined): number => request?.number ?? 0;
