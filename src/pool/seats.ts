/** Who has which place on a thread. */
import { Places, type Phase } from './places';

interface Seated {
  readonly number: number;
  /** It can't be sent anew. */
  readonly isMoving: boolean;
  left(): void;
}

export class Seats<R extends Seated> {
  /** Places that are taken, also by those nobody waits for any more. */
  taken = 0;
  readonly #places: Places;
  readonly #requests: (R | undefined)[] = [];

  constructor(places: Places) {
    this.#places = places;
  }

  get left(): number {
    return this.#places.left;
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
    return this.#places.phase(place);
  }

  hasEnded(place: number): boolean {
    return this.#places.hasEnded(place);
  }

  seat(request: R): number {
    const place = this.#places.take();
    this.#requests[place] = request;
    this.taken++;
    return place;
  }

  /** The worker is done with it. */
  free(place: number): R | undefined {
    const request = this.#requests[place];
    this.#requests[place] = undefined;
    this.#places.release(place);
    this.taken--;
    request?.left();
    return request;
  }

  /** True if it had not begun. Its place is free when the worker has passed over it. */
  takeBack(place: number): boolean {
    const isBack = this.#places.takeBack(place);
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
        present.isMoving || (this.#places.hasBegun(place) && (blamesEnded || !this.#places.hasEnded(place)));
      this.free(place);
      left[wasAtIt ? 'begun' : 'others'].push(present);
    }
    return left;
  }
}

const numberOf = (request: { readonly number: number } | undefined): number => request?.number ?? 0;
