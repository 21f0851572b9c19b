/**
 * What a scheduler has going on in one era of time: the batches that stand open, the actions that are due, what its
 * tasks wait for elsewhere; and the two ticks that move it on.
 */
import type { SchedulerLike } from 'rxjs';
import { currentTimeDomain, reportUnhandled } from '../core/rx';
import type { DueRun } from './batch-action';
import type { FlushPolicy } from './flush-policy';
import { DeadlockCheck } from './deadlock';
import { OpenBatches, type Flushable } from './open-batches';
import type { RunQueue } from './run-queue';
import { endOfTurn, quiescence, Tick } from './tick';
import type { Waiter } from './waiter';

/** Something outside the scheduler that one of its executions waits for. */
export interface ExternalWait {
  describe(): string;
  /** Moves it on without the event loop, where that is possible; false when it was not. */
  advance?(): boolean;
  /** Who waits for what of it. */
  waited?(): Iterable<ExternalWaitDescription>;
  /** Whether it waits for a batch of another scheduler, among whose askers it is. */
  readonly isAsk?: boolean;
}

export interface ExternalWaitDescription {
  readonly waiter: Waiter | undefined;
  /** In words. */
  readonly what: string;
}

interface SchedulerStateConfig {
  readonly clock: SchedulerLike;
  readonly policy: FlushPolicy;
  readonly runQueue: RunQueue;
  readonly real?: SchedulerState | undefined;
}

/** The innermost `block` that drives: the eras that got work meanwhile, of whatever scheduler. */
let innermost: Set<SchedulerState> | undefined;

/**
 * Whatever is being moved on around it may be moved on by `work` as well: it may be told something midway, and block.
 * `work` is handed the eras that get work while it runs.
 */
export function asInnermost<R>(work: (active: ReadonlySet<SchedulerState>) => R): R {
  const outer = innermost;
  const active = new Set<SchedulerState>();
  innermost = active;
  try {
    return work(active);
  } finally {
    innermost = outer;
    if (outer) for (const era of active) outer.add(era);
  }
}

export class SchedulerState {
  readonly openBatches: OpenBatches;
  /** For a run of virtual time: the era of real time that it stands in. */
  readonly real: SchedulerState | undefined;
  readonly #run = currentTimeDomain();
  readonly #externalWaits = new Set<ExternalWait>();
  /** Other schedulers whose tasks wait for batches of this one, and how many waits those are. */
  #askers: Map<SchedulerState, number> | undefined;
  /** Other schedulers whose batches tasks of this one wait for, and how many waits those are. */
  #asked: Map<SchedulerState, number> | undefined;
  readonly #runQueue: RunQueue;
  readonly #turn: Tick;
  readonly #quiescence: Tick;
  /** Asks by which keys may wait for each other; undefined as long as there are none. */
  #deadlockCheck: DeadlockCheck | undefined;
  #due: DueRun[] = [];
  /** What was due when this turn ended, as far as it has not run yet. */
  #running: DueRun[] = [];
  /** For whom it moves on what is elsewhere. */
  #advancingFor: { readonly block: object | undefined } | undefined;

  constructor({ clock, policy, runQueue, real }: SchedulerStateConfig) {
    this.real = real;
    this.#runQueue = runQueue;
    this.openBatches = new OpenBatches(policy, runQueue);
    this.#turn = new Tick({ clock, later: endOfTurn, fire: () => this.#runDue() });
    this.#quiescence = new Tick({ clock, later: real ? endOfTurn : quiescence, fire: () => this.#quiet() });
  }

  /** It is that of a run of virtual time which has ended, perhaps midway: nothing comes in it any more. */
  get isPast(): boolean {
    return this.real !== undefined && currentTimeDomain() !== this.#run;
  }

  /** Runs it at the end of this turn, unless it is closed before. */
  soon(run: DueRun): void {
    innermost?.add(this);
    this.#due.push(run);
    this.#turn.arm();
  }

  /** Somebody waits for something elsewhere, and may ask for more when it has come. */
  addExternalWait(waited: ExternalWait): void {
    innermost?.add(this);
    this.#externalWaits.add(waited);
  }

  /** That has ended: what waited only because of it may go now. */
  removeExternalWait(waited: ExternalWait): void {
    this.#externalWaits.delete(waited);
    this.armQuiescence();
  }

  /** A task of this scheduler waits for a batch of another one, which looks at the tasks of this one from now on. */
  waitsFor(far: SchedulerState, wait: ExternalWait): void {
    count((this.#asked ??= new Map<SchedulerState, number>()), far, 1);
    count((far.#askers ??= new Map<SchedulerState, number>()), this, 1);
    this.addExternalWait(wait);
  }

  /** That wait has ended. */
  waitedFor(far: SchedulerState, wait: ExternalWait): void {
    this.removeExternalWait(wait);
    if (this.#asked) count(this.#asked, far, -1);
    if (far.#askers) count(far.#askers, this, -1);
    far.#armQuiescenceNow();
  }

  get externalWaits(): Iterable<ExternalWait> {
    return this.#externalWaits;
  }

  /** What is waited for elsewhere, in words. */
  describeExternalWaits(): string[] {
    return Array.from(this.#externalWaits, (waited) => waited.describe());
  }

  /** The same, and what is in flight. */
  describeWaits(): string[] {
    return [...this.openBatches.describeFlights(), ...this.describeExternalWaits()];
  }

  /** A batch was opened, or what the open ones wait for has changed: look again at quiescence. */
  armQuiescence(): void {
    this.#armQuiescenceNow();
    if (this.#asked) for (const far of this.#asked.keys()) far.#armQuiescenceNow();
  }

  #armQuiescenceNow(): void {
    const hasReason = !this.openBatches.isEmpty || this.#deadlockCheck !== undefined;
    if (!hasReason || this.isPast) return;
    innermost?.add(this);
    this.#quiescence.arm();
  }

  /** This ask is for what may wait for it: looked at when nothing else can go on. */
  suspect(asker: Waiter): void {
    (this.#deadlockCheck ??= new DeadlockCheck()).add(asker);
    this.#armQuiescenceNow();
  }

  /** Fails one of the asks that wait for each other; false if there are none. */
  breakDeadlock(): boolean {
    const check = this.#deadlockCheck;
    if (!check) return false;
    const linked = this.#linked();
    const elsewhere = linked.flatMap((era) => [...era.#externalWaits]);
    const isBroken = check.breakCycle({ batches: batchesOf(linked), elsewhere });
    if (check.isEmpty) this.#deadlockCheck = undefined;
    return isBroken;
  }

  #siftSuspects(): void {
    const check = this.#deadlockCheck;
    check?.sift(batchesOf(this.#linked()));
    if (check?.isEmpty) this.#deadlockCheck = undefined;
  }

  /** This one, and those that ask it or are asked by it, at whatever distance. */
  #linked(): SchedulerState[] {
    const linked = new Set<SchedulerState>([this]);
    for (const era of linked) {
      for (const near of era.#askers?.keys() ?? []) linked.add(near);
      for (const far of era.#asked?.keys() ?? []) linked.add(far);
    }
    return [...linked];
  }

  /** Whether something may yet join the open batches: a task that waits elsewhere, on whatever scheduler that asks. */
  get #isBusy(): boolean {
    if (this.#externalWaits.size > 0) return true;
    for (const [near, waits] of this.#askers ?? []) if (near.#isBusyBesides(waits)) return true;
    return false;
  }

  #isBusyBesides(waits: number): boolean {
    return this.#externalWaits.size > waits || this.openBatches.hasUnheld;
  }

  /** Does all that can be done now; false when nothing could. What scheduled work throws is not the caller's. */
  advance(onError: (error: unknown) => void = reportUnhandled): boolean {
    const hadDue = this.#due.length + this.#running.length > 0;
    try {
      if (hadDue) this.#runDue();
    } catch (error) {
      onError(error);
    }
    this.#runQueue.drain();
    const hasFlushed = this.#runQueue.drive(() => this.openBatches.flushForced());
    this.#runQueue.drain();
    return hasFlushed || hadDue || this.#advanceExternalWaits();
  }

  #advanceExternalWaits(): boolean {
    // Two schedulers may wait for each other.
    const outer = this.#advancingFor;
    if (outer && outer.block === innermost) return false;
    this.#advancingFor = { block: innermost };
    try {
      return [...this.#externalWaits].some((waited) => waited.advance?.() === true);
    } finally {
      this.#advancingFor = outer;
    }
  }

  #quiet(): void {
    // Under virtual time the end of a turn and quiescence share a frame: what runs soon goes first.
    if (this.#due.length > 0) {
      this.#turn.arm(); // it may have been lost
      this.#quiescence.arm();
      return;
    }
    const hasFlushed = this.#runQueue.driveInKnownStores(() => this.openBatches.flushReady(this.#isBusy));
    if (hasFlushed) this.#siftSuspects();
    if (hasFlushed || this.breakDeadlock()) this.armQuiescence();
  }

  /** As RxJS's AsapScheduler: what is scheduled meanwhile runs next time, and an error drops the rest. */
  #runDue(): void {
    // One of them may block: then those after it run within.
    if (this.#running.length === 0) [this.#running, this.#due] = [this.#due, []];
    const due = this.#running;
    try {
      for (let run = due.shift(); run; run = due.shift()) {
        const { action, closed } = run;
        if (!closed) this.#runQueue.drive(() => action.run());
      }
    } finally {
      for (const { action, closed } of due.splice(0)) if (!closed) action.unsubscribe();
    }
  }
}

const batchesOf = (eras: readonly SchedulerState[]): Flushable[] =>
  eras.flatMap((era) => Array.from(era.openBatches.all(), ([batch]) => batch));

function count(waits: Map<SchedulerState, number>, era: SchedulerState, by: 1 | -1): void {
  const total = (waits.get(era) ?? 0) + by;
  if (total > 0) waits.set(era, total);
  else waits.delete(era);
}
