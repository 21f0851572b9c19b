/**
 * The run queue decides which task runs next. Started tasks are on a stack: depth first, left to right. The native stack
 * never gets deeper than one step, so a million nested tasks are only a long array. Resumed tasks are in a queue: first in,
 * first out, and only when the stack is empty.
 *
 * A runnable stays on the stack below those it starts: it pushes itself with `runNext(this)`, starts the others, and then tries
 * `takeBack(this)`. When it is popped again, each one it started has either ended or is waiting. A task, which starts one
 * input at a time and usually nothing that runs, goes on the stack afterwards instead, with `pushBelow`.
 */
import { detectStores, searchForNewStorages } from '../core/async-local';
import { reportUnhandledFailure } from '../core/report';
import { ambient } from './ambient';
import { isTimeUp } from './deadline';
import { Fifo } from '../core/fifo';
import { activeFrame, expectedFrame, switchTo, type FrameScheduler } from './frame';

export interface Runnable {
  /** Runs until it has to wait. Throws only an overflow of the native stack. Has no effect without work to do. */
  step(): void;
}

/**
 * Maximum number of nested drives. A manual subscription inside a step nests on the native stack; tasks started deeper than
 * this wait in the queue, so that a long chain of tasks with operators between them does not overflow the stack.
 */
const MAX_NESTING = 120;

export class RunQueue {
  readonly #owner: FrameScheduler;
  readonly #stack: Runnable[] = [];
  readonly #ready = new Fifo<Runnable>();
  #nesting = 0;

  constructor(owner: FrameScheduler) {
    this.#owner = owner;
  }

  /** The runnables that can continue, in the order of their turns. */
  get runnables(): readonly Runnable[] {
    return [...this.#stack, ...this.#ready];
  }

  /** Runs the runnable before all others, after the current step. */
  runNext(runnable: Runnable): void {
    this.#stack.push(runnable);
  }

  /** Like `runNext`, also for callers outside of a drive. */
  runNextFromAnywhere(runnable: Runnable): void {
    if (this.#nesting > 0) this.runNext(runnable);
    else this.drive(() => this.runNext(runnable));
  }

  /** Number of runnables on the stack. */
  get depth(): number {
    return this.#stack.length;
  }

  /**
   * Puts the runnable below all that was pushed since the stack had the given depth. Returns false, and leaves the stack as
   * it is, if nothing was pushed: the runnable can go on.
   */
  pushBelow(runnable: Runnable, depth: number): boolean {
    const stack = this.#stack;
    if (stack.length === depth) {
      if (!isTimeUp()) return false;
      stack.push(runnable);
    } else if (stack.length === depth + 1) {
      const pushed = stack[depth] as Runnable; // Cast: defined, because the stack has one more than `depth`.
      stack[depth] = runnable;
      stack.push(pushed);
    } else {
      stack.splice(depth, 0, runnable);
    }
    return true;
  }

  /** Pops the runnable if it is on top of the stack. Returns false if it must wait for its turn. */
  takeBack(runnable: Runnable): boolean {
    if (this.#stack[this.#stack.length - 1] !== runnable || isTimeUp()) return false;
    this.#stack.pop();
    return true;
  }

  /** Runs the runnable after all those that became ready before. */
  resume(runnable: Runnable): void {
    this.#ready.push(runnable);
  }

  /**
   * The entry from outside: runs `work`, then all tasks that it started, and then, unless called inside another drive, all
   * tasks that became ready.
   */
  drive<R>(work: () => R): R {
    if (!ambient.scheduler) detectStores();
    return this.driveInKnownStores(work);
  }

  /** `drive` without `detectStores`, for callers whose stores are captured already or carried by a promise. */
  driveInKnownStores<R>(work: () => R): R {
    const { scheduler: outer, task: outerTask } = ambient;
    // After an overflow of the native stack, a wrong frame may be active and work may remain: this drive repairs both.
    if (!outer && activeFrame() !== expectedFrame()) switchTo(expectedFrame());
    searchForNewStorages();
    const outerFrame = activeFrame();
    const frameOfTask = outerTask?.frame;
    const floor = this.#nesting === 0 ? 0 : this.#stack.length;
    let isSettled = false;
    ambient.scheduler = this.#owner;
    this.#nesting++;
    try {
      try {
        return work();
      } finally {
        // Tasks started by `work` must not wait for the next drive, also if `work` has thrown.
        ambient.task = undefined;
        do {
          if (this.isDeep) this.#postpone(floor);
          else if (this.#nesting > 1) this.#unwind(floor);
          else this.#drain(floor);
          // A context that throws while it is paused interrupts its task, which adds work: hence the loop.
          // Contexts that the outer task has entered or left in a callback stay entered or left.
          switchTo(outerTask?.frame === frameOfTask ? outerFrame : outerTask?.frame);
        } while (this.#stack.length > floor);
        isSettled = true;
      }
    } finally {
      // The assignments come first, since after an overflow the native stack may have no space for a call.
      ambient.task = outerTask;
      ambient.scheduler = outer;
      this.#nesting--;
      // After an error, or the time limit of a `block`, work may remain that no later event would run.
      if (this.#nesting === 0 && (!isSettled || this.#ready.length > 0))
        void Promise.resolve().then(() => this.drain());
    }
  }

  /** Runs all ready tasks, also inside another drive. `block` uses it. */
  drain(): void {
    this.drive(() => {
      const outerTask = ambient.task;
      ambient.task = undefined;
      try {
        this.#drain(this.#stack.length);
      } finally {
        ambient.task = outerTask;
      }
    });
  }

  /** Whether drives are nested so deep that new tasks go to the queue instead of the native stack. */
  get isDeep(): boolean {
    return this.#nesting > MAX_NESTING;
  }

  #drain(floor: number): void {
    this.#unwind(floor);
    while (!isTimeUp()) {
      const next = this.#ready.shift();
      if (!next) return;
      this.#step(next);
      this.#unwind(floor);
    }
  }

  #unwind(floor: number): void {
    while (this.#stack.length > floor) {
      if (isTimeUp()) this.#postpone(floor);
      else this.#step(this.#stack.pop());
    }
  }

  #postpone(floor: number): void {
    for (const runnable of this.#stack.splice(floor).reverse()) this.#ready.push(runnable);
  }

  /**
   * Runs one step. The only error of a step is an overflow of the native stack. In a nested drive, the error goes to the
   * caller, whose recursion caused it. In the outermost drive it is reported, and other tasks run on.
   */
  #step(runnable: Runnable | undefined): void {
    try {
      runnable?.step();
    } catch (error) {
      if (this.#nesting > 1) throw error;
      reportUnhandledFailure('a step of the scheduler', error);
    }
  }
}
