/** Collects the events of a limiter and delivers them once its state is consistent, in order also from within a subscriber. */
import { Subject, type Observable } from 'rxjs';
import { Fifo } from '../core/fifo';
import type { LimiterEvent } from './limiter-events';

export class LimiterReporter {
  readonly events$: Observable<LimiterEvent>;
  readonly #events = new Subject<LimiterEvent>();
  readonly #pending = new Fifo<LimiterEvent>();
  #isDelivering = false;

  constructor() {
    this.events$ = this.#events.asObservable();
  }

  /** Whether an event has a receiver. Without one, no event is created. */
  get isObserved(): boolean {
    return this.#events.observed;
  }

  add(event: LimiterEvent): void {
    this.#pending.push(event);
  }

  deliver(): void {
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    try {
      for (let event = this.#pending.shift(); event; event = this.#pending.shift()) this.#events.next(event);
    } finally {
      this.#isDelivering = false;
    }
  }

  /** Ends `events$` after the events that are not delivered yet. */
  complete(): void {
    this.deliver();
    this.#events.complete();
  }
}
