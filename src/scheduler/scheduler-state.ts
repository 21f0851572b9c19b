/**
 * The state of a scheduler in one time domain consists of its open batches, its due actions, the external waits of its
 * tasks, and two ticks: one runs due actions, the other flushes batches.
 */
import type { SchedulerLike } from 'rxjs';
import { LinkedQueue } from '../core/linked-queue';
import { currentTimeDomain, reportUnhandled } from '../core/rx';
import type { DueRun } from './batch-action';
import type { ExternalWait } from './contract';
import type { FeedGraph } from './feed-graph';
import type { FlushPolicy } from './flush-policy';
import { DeadlockCheck } from './deadlock';
import { OpenBatches, type Flushable } from './open-batches';
import type { RunQueue } from './run-queue';
import { endOfTurn, quiescence, Tick } from './tick';
import type { Waiter } from './waiter';

interface SchedulerStateConfig {
  readonly clock: SchedulerLike;
  readonly policy: FlushPolicy;
  readonly runQueue: RunQueue;
  readonly real?: SchedulerState | undefined;
}

/** The states that received work during the innermost `block`, which may belong to several schedulers. */
let activeInBlock: Set<SchedulerState> | undefined;

/**
 * Runs `work` as the innermost `block`. A `block` may be called inside another one, from a callback; it can then drive the same
 * external waits again. `work` receives the set of states that get work while it runs.
 */
export function runAsBlock<R>(work: (active: ReadonlySet<SchedulerState>) => R): R {
  const outer = activeInBlock;
  const active = new Set<SchedulerState>();
  activeInBlock = active;
  try {
    return work(active);
  } finally {
    activeInBlock = outer;
    if (outer) for (const state of active) outer.add(state);
  }
}

export class SchedulerState {
  readonly openBatches: OpenBatches;
  /** The state in real time, for the state of a `TestScheduler.run`. */
  readonly real: SchedulerState | undefined;
  readonly #timeDomain = currentTimeDomain();
  readonly #externalWaits = new LinkedQueue<ExternalWait>();
  /** States whose tasks wait for batches of this one, with the number of waits. */
  #dependents: Map<SchedulerState, number> | undefined;
  /** States whose batches tasks of this one wait for, with the number of waits. */
  #dependencies: Map<SchedulerState, number> | undefined;
  readonly #runQueue: RunQueue;
  readonly #turn: Tick;
  readonly #quiescence: Tick;
  /** Waiters that may have closed a cycle; undefined while none exists. */
  #deadlockCheck: DeadlockCheck | undefined;
  /** Made once, because it runs at each flush. */
  readonly #flushReady = (): boolean => this.openBatches.flushReady(this.#isBusy());
  #due: DueRun[] = [];
  /** Actions of the current turn that have not run yet. */
  #running: DueRun[] = [];
  /** The `block` for which external waits are being advanced. */
  #advancingFor: { readonly block: object | undefined } | undefined;

  constructor({ clock, policy, runQueue, real }: SchedulerStateConfig) {
    this.real = real;
    this.#runQueue = runQueue;
    this.openBatches = new OpenBatches(policy, runQueue);
    this.#turn = new Tick({ clock, later: endOfTurn, fire: () => this.#runDue() });
    this.#quiescence = new Tick({ clock, later: real ? endOfTurn : quiescence, fire: () => this.#onQuiescence() });
  }

  /** Whether the `TestScheduler.run` of this state has ended or was aborted. No work of a past state runs any more. */
  get isPast(): boolean {
    return this.real !== undefined && currentTimeDomain() !== this.#timeDomain;
  }

  /** What is known of the batch functions that feed each other; undefined while no policy looks at it. */
  get feedGraph(): FeedGraph | undefined {
    return this.openBatches.feedGraph;
  }

  /** Runs the action at the end of this turn, unless the run is closed before. */
  enqueue(run: DueRun): void {
    activeInBlock?.add(this);
    this.#due.push(run);
    this.#turn.arm();
  }

  /** Registers a wait of a task, which may request more keys when the wait ends: held batches wait for it. */
  addExternalWait(wait: ExternalWait): void {
    activeInBlock?.add(this);
    this.#externalWaits.push(wait);
  }

  /** Removes an ended wait and checks the batches that were held because of it. */
  removeExternalWait(wait: ExternalWait): void {
    this.#externalWaits.remove(wait);
    this.armQuiescence();
  }

  /** Registers a wait of a task of this state for a batch of another one. Held batches of the other then wait for tasks of this one. */
  addBatchWait(other: SchedulerState, wait: ExternalWait): void {
    addCount((this.#dependencies ??= new Map<SchedulerState, number>()), other, 1);
    addCount((other.#dependents ??= new Map<SchedulerState, number>()), this, 1);
    this.addExternalWait(wait);
  }

  removeBatchWait(other: SchedulerState, wait: ExternalWait): void {
    this.removeExternalWait(wait);
    if (this.#dependencies) addCount(this.#dependencies, other, -1);
    if (other.#dependents) addCount(other.#dependents, this, -1);
    other.#armOwnQuiescence();
  }

  get externalWaits(): Iterable<ExternalWait> {
    return this.#externalWaits;
  }

  describeExternalWaits(): string[] {
    return Array.from(this.#externalWaits, (wait) => wait.describe());
  }

  /** Describes the flights and the external waits. */
  describeWaits(): string[] {
    return [...this.openBatches.describeFlights(), ...this.describeExternalWaits()];
  }

  /** Called when a batch was opened or an awaited task changed: the batches are checked at the next quiescence. */
  armQuiescence(): void {
    this.#armOwnQuiescence();
    if (this.#dependencies) for (const dependency of this.#dependencies.keys()) dependency.#armOwnQuiescence();
  }

  #armOwnQuiescence(): void {
    const hasReason = !this.openBatches.isEmpty || this.#deadlockCheck !== undefined;
    if (!hasReason || this.isPast) return;
    activeInBlock?.add(this);
    this.#quiescence.arm();
  }

  /** Checks at the next quiescence whether this waiter for a key has closed a cycle. */
  checkForDeadlock(waiter: Waiter): void {
    (this.#deadlockCheck ??= new DeadlockCheck()).add(waiter);
    this.#armOwnQuiescence();
  }

  /** Fails one waiter of a cycle of keys that wait for each other. Returns false if no cycle exists. */
  breakDeadlock(): boolean {
    const check = this.#deadlockCheck;
    if (!check) return false;
    const isBroken = check.breakCycle(() => {
      const linked = this.#linkedStates();
      return { batches: batchesOf(linked), externalWaits: linked.flatMap((state) => [...state.#externalWaits]) };
    });
    if (check.isEmpty) this.#deadlockCheck = undefined;
    return isBroken;
  }

  #dropClearedSuspects(): void {
    const check = this.#deadlockCheck;
    check?.dropCleared(() => batchesOf(this.#linkedStates()));
    if (check?.isEmpty) this.#deadlockCheck = undefined;
  }

  /** This state and all states linked to it by waits for batches, directly or indirectly. */
  #linkedStates(): SchedulerState[] {
    const linked = new Set<SchedulerState>([this]);
    for (const state of linked) {
      for (const dependent of state.#dependents?.keys() ?? []) linked.add(dependent);
      for (const dependency of state.#dependencies?.keys() ?? []) linked.add(dependency);
    }
    return [...linked];
  }

  /** Whether a task with an external wait, of this scheduler or of a dependent one, may still join the open batches. */
  #isBusy(): boolean {
    if (this.#externalWaits.size > 0) return true;
    if (!this.#dependents) return false;
    for (const [dependent, waits] of this.#dependents) if (dependent.#isBusyBesides(waits)) return true;
    return false;
  }

  #isBusyBesides(waits: number): boolean {
    return this.#externalWaits.size > waits || this.openBatches.hasUnheld;
  }

  /**
   * Runs all work that can run now; returns false if there was none.
   *
   * @param onError receives the error of a scheduled action
   */
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
    // Two schedulers that wait for each other would otherwise recurse without end.
    const outer = this.#advancingFor;
    if (outer && outer.block === activeInBlock) return false;
    this.#advancingFor = { block: activeInBlock };
    try {
      return [...this.#externalWaits].some((wait) => wait.advance?.() === true);
    } finally {
      this.#advancingFor = outer;
    }
  }

  #onQuiescence(): void {
    // Under virtual time, the end of a turn and quiescence are in one frame: due actions run first.
    if (this.#due.length > 0) {
      this.#turn.arm(); // a fake clock may have dropped the tick
      this.#quiescence.arm();
      return;
    }
    const hasFlushed = this.#runQueue.driveInKnownStores(this.#flushReady);
    if (hasFlushed) this.#dropClearedSuspects();
    if (hasFlushed || this.breakDeadlock()) this.armQuiescence();
  }

  /** As in RxJS's AsapScheduler, actions scheduled meanwhile run in the next turn, and an error drops the remaining ones. */
  #runDue(): void {
    // An action may call `block`, which runs the remaining actions of `#running`.
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

const batchesOf = (states: readonly SchedulerState[]): Flushable[] =>
  states.flatMap((state) => [...state.openBatches.all()]);

function addCount(waits: Map<SchedulerState, number>, state: SchedulerState, difference: 1 | -1): void {
  const total = (waits.get(state) ?? 0) + difference;
  if (total > 0) waits.set(state, total);
  else waits.delete(state);
}
