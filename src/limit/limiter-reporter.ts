/**
 * Collects the events of a limiter, for its subscribers and for traces, and delivers them once its state is consistent, in
 * order also from within a subscriber.
 */
import { Subject, type Observable } from 'rxjs';
import { Fifo } from '../core/fifo';
import { instrumentation, type EndOutcome, type InstrumentationEvent } from '../scheduler/instrumentation';
import type { LimitedRun } from './limited-run';
import type { LimiterEvent } from './limiter-events';

export class LimiterReporter {
  readonly events$: Observable<LimiterEvent>;
  readonly #events = new Subject<LimiterEvent>();
  readonly #pending = new Fifo<() => void>();
  #isDelivering = false;

  constructor() {
    this.events$ = this.#events.asObservable();
  }

  /** Whether an event has a receiver. Without one, no event is created. */
  get isObserved(): boolean {
    return this.#events.observed;
  }

  add(event: LimiterEvent): void {
    this.#pending.push(() => {
      this.#events.next(event);
    });
  }

  traceArrival(limiter: string, run: LimitedRun): void {
    this.#trace(() => ({
      type: 'limited-call-queued',
      limiter,
      key: run.key,
      call: run,
      name: run.options.name,
      waiter: run.parent,
      scheduler: run.scheduler,
      awaited: run.phase === 'waiting' ? run.host.describeRun(run) : undefined,
    }));
  }

  traceStart(run: LimitedRun): void {
    this.#trace(() => ({ type: 'limited-call-started', call: run }));
  }

  traceEnd(run: LimitedRun, outcome: EndOutcome): void {
    this.#trace(() => ({ type: 'limited-call-ended', call: run, outcome }));
  }

  /** Without a trace, no event is created. */
  #trace(eventOf: () => InstrumentationEvent): void {
    if (!instrumentation.current) return;
    this.#pending.push(() => {
      instrumentation.current?.emit(eventOf());
    });
  }

  deliver(): void {
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    try {
      for (let deliver = this.#pending.shift(); deliver; deliver = this.#pending.shift()) deliver();
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
