/**
 * What a scheduler has going on in one era of time: the batches that stand open, the actions that are due, what its
 * tasks wait for elsewhere; and the two ticks that move it on.
 */
import type { SchedulerLike } from 'rxjs';
import type { DueRun } from './batch-action';
import type { FlushPolicy } from './flush-policy';
import { OpenBatches } from './open-batches';
import type { RunQueue } from './run-queue';
import { endOfTurn, quiescence, Tick } from './tick';

/** Something outside the scheduler that one of its executions waits for. */
export interface Elsewhere {
  describe(): string;
  /** Moves it on without the event loop, where that is possible; false when it was not. */
  advance?(): boolean;
}

export class Era {
  readonly openBatches: OpenBatches;
  readonly #elsewhere = new Set<Elsewhere>();
  readonly #runQueue: RunQueue;
  readonly #turn: Tick;
  readonly #quiescence: Tick;
  #due: DueRun[] = [];
  #isAdvancingElsewhere = false;

  constructor(config: { readonly clock: SchedulerLike; readonly policy: FlushPolicy; readonly runQueue: RunQueue }) {
    const { clock, policy, runQueue } = config;
    this.#runQueue = runQueue;
    this.openBatches = new OpenBatches(policy, runQueue);
    this.#turn = new Tick({ clock, later: endOfTurn, fire: () => this.#runDue() });
    this.#quiescence = new Tick({ clock, later: quiescence, fire: () => this.#quiet() });
  }

  /** Runs it at the end of this turn, unless it is closed before. */
  soon(run: DueRun): void {
    this.#due.push(run);
    this.#turn.arm();
  }

  /** Somebody waits for something elsewhere, and may ask for more when it has come. */
  busyWith(waited: Elsewhere): void {
    this.#elsewhere.add(waited);
  }

  /** That has ended: what waited only because of it may go now. */
  doneWith(waited: Elsewhere): void {
    this.#elsewhere.delete(waited);
    this.stir();
  }

  /** What is waited for elsewhere, in words. */
  describeElsewhere(): string[] {
    return Array.from(this.#elsewhere, (waited) => waited.describe());
  }

  /** A batch was opened, or what the open ones wait for has changed: look again at quiescence. */
  stir(): void {
    if (!this.openBatches.isEmpty) this.#quiescence.arm();
  }

  /** Does all that can be done now; false when nothing could. */
  advance(): boolean {
    const hadDue = this.#due.length > 0;
    if (hadDue) this.#runDue();
    this.#runQueue.drain();
    const hasFlushed = this.#runQueue.drive(() => this.openBatches.flushForced());
    this.#runQueue.drain();
    return hasFlushed || hadDue || this.#advanceElsewhere();
  }

  #advanceElsewhere(): boolean {
    // Two schedulers may wait for each other.
    if (this.#isAdvancingElsewhere) return false;
    this.#isAdvancingElsewhere = true;
    try {
      return [...this.#elsewhere].some((waited) => waited.advance?.() === true);
    } finally {
      this.#isAdvancingElsewhere = false;
    }
  }

  #quiet(): void {
    // Under virtual time the end of a turn and quiescence share a frame: what runs soon goes first.
    if (this.#due.length > 0) {
      this.#quiescence.arm();
      return;
    }
    const hasFlushed = this.#runQueue.drive(() => this.openBatches.flushReady(this.#elsewhere.size > 0));
    if (hasFlushed) this.stir();
  }

  /** As RxJS's AsapScheduler: what is scheduled meanwhile runs next time, and an error drops the rest. */
  #runDue(): void {
    const due = this.#due;
    this.#due = [];
    try {
      for (let run = due.shift(); run; run = due.shift()) {
        const { action, closed } = run;
        if (!closed) this.#runQueue.drive(() => action.run());
      }
    } finally {
      for (const { action, closed } of due) if (!closed) action.unsubscribe();
    }
  }
}
