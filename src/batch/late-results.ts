/**
 * Results of a flush that have yet to arrive: promises, futures and Observables in the place of values. Each is waited
 * for by itself, as `Future.from` waits, and the flush is in the air until the last of them has come.
 */
import type { ObservableInput } from 'rxjs';
import { arrivesLater, isMap } from '../core/rx';
import type { Execution, Sink } from '../future/execution';
import { beginInput } from '../future/external-input';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { Frame } from '../scheduler/frame';
import type { Waiter } from '../scheduler/waiter';

/** The flight that has given them. */
interface Giver extends Waiter {
  describe(): string;
  /** Called before the last result is handed out. */
  over(): void;
  /** Called after the last result has been handed out. */
  land(): void;
}

/** What becomes of one of them. */
export interface Arrival {
  value(value: unknown): void;
  error(error: unknown): void;
}

/** Whether there is one among these. Only an array or a Map can have late results in it. */
export function hasLateResults(results: unknown): boolean {
  if (Array.isArray(results)) return results.some(arrivesLater);
  if (!isMap(results)) return false;
  for (const result of results.values()) if (arrivesLater(result)) return true;
  return false;
}

export class LateResults {
  readonly #waits = new Map<object, Execution>();
  /** One of them stands for the matching, which may bring more. */
  #pending = 1;
  #isCancelled = false;

  constructor(
    readonly giver: Giver,
    readonly scheduler: BatchScheduler,
  ) {}

  wait(item: object, input: ObservableInput<unknown>, arrival: Arrival): void {
    this.#pending++;
    const sink = new LateResult(this, arrival);
    // A drive for each, so that each goes as far as it can before the next is begun.
    const execution = this.scheduler.runQueue.drive(() => beginInput(input, sink, this.scheduler));
    // The last waiter may have left while it was begun.
    if (this.#isCancelled) execution.cancel();
    else this.#waits.set(item, execution);
  }

  /** The item has a result already: nothing that comes later is waited for. */
  drop(item: object): void {
    const execution = this.#waits.get(item);
    if (!execution) return;
    this.#waits.delete(item);
    execution.cancel();
    this.settle(() => undefined);
  }

  /** The matching has ended: no further result is waited for. */
  matched(): void {
    this.settle(() => undefined);
  }

  settle(handOut: () => void): void {
    if (this.#isCancelled) return;
    const isLast = --this.#pending === 0;
    if (isLast) this.giver.over();
    handOut();
    if (isLast) this.giver.land();
  }

  cancel(): void {
    this.#isCancelled = true;
    for (const execution of this.#waits.values()) execution.cancel();
  }
}

class LateResult implements Sink<unknown> {
  constructor(
    private readonly all: LateResults,
    private readonly arrival: Arrival,
  ) {}

  /** That of the resolver: it runs outside of all that is on around those who asked. */
  get frame(): Frame | undefined {
    return this.all.scheduler.frame;
  }

  get above(): Waiter {
    return this.all.giver;
  }

  describe(): string {
    return this.all.giver.describe();
  }

  succeed(value: unknown): void {
    this.all.settle(() => this.arrival.value(value));
  }

  fail(error: unknown): void {
    this.all.settle(() => this.arrival.error(error));
  }
}
