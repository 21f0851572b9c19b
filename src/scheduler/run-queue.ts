/**
 * Who may run next. Starting is a call stack of our own: depth first, left to right, and never deeper on the native
 * stack than one step, so a million nested tasks are no more than a long array. Resuming is a queue: first in, first
 * out, and only when the stack is empty.
 *
 * A starter stays on the stack beneath what it starts: it puts itself there by `call(this)`, starts the others, and then
 * tries `takeBack(this)`. When it comes up again, all that it started has either finished or waits for something.
 */
import { noticeStores } from '../core/async-local';
import { reportLost } from '../core/report';
import { ambient } from './ambient';
import type { BatchScheduler } from './batch-scheduler';
import { isTimeUp } from './deadline';
import { Fifo } from '../core/fifo';
import { activeFrame, expectedFrame, switchTo } from './frame';

export interface Runnable {
  /** Goes on as far as it can. Throws nothing but an overflow of the native stack; harmless when there is nothing to do. */
  step(): void;
}

/**
 * Subscribing by hand inside a step nests on the native stack. So deep it may nest; what is started deeper waits for
 * its turn in the queue, so that a long chain of tasks with operators between them does not overflow.
 */
const DEEPEST_NESTING = 120;

export class RunQueue {
  readonly #owner: BatchScheduler;
  readonly #stack: Runnable[] = [];
  readonly #ready = new Fifo<Runnable>();
  #nesting = 0;

  constructor(owner: BatchScheduler) {
    this.#owner = owner;
  }

  /** All that may go on as soon as it is its turn. */
  get waiting(): readonly Runnable[] {
    return [...this.#stack, ...this.#ready];
  }

  /** Runs before everything else, as soon as the present step is over. */
  call(runnable: Runnable): void {
    this.#stack.push(runnable);
  }

  /** The same, for whoever may be outside of a drive. */
  interject(runnable: Runnable): void {
    if (this.#nesting > 0) this.call(runnable);
    else this.drive(() => this.call(runnable));
  }

  /** Takes the caller off the stack if nothing was put on top of it; false when it must wait for its turn. */
  takeBack(runnable: Runnable): boolean {
    if (this.#stack[this.#stack.length - 1] !== runnable || isTimeUp()) return false;
    this.#stack.pop();
    return true;
  }

  /** Goes on when all that became ready before it has. */
  resume(runnable: Runnable): void {
    this.#ready.push(runnable);
  }

  /**
   * The way in from outside: does `work`, then all that it started, and, unless a drive is under way already, all
   * that became ready.
   */
  drive<R>(work: () => R): R {
    if (!ambient.scheduler) noticeStores();
    return this.driveInKnownStores(work);
  }

  /** The same, without a look at the stores here: a subscription or flight captures them, or a promise has carried them. */
  driveInKnownStores<R>(work: () => R): R {
    const { scheduler: outer, task: outerTask } = ambient;
    // An overflow of the native stack may have left a frame on, and work on the stack: the next drive takes both up.
    if (!outer && activeFrame() !== expectedFrame()) switchTo(expectedFrame());
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
        // Also when `work` threw: what it had started must not wait for the next drive.
        ambient.task = undefined;
        do {
          if (this.isDeep) this.#postpone(floor);
          else if (this.#nesting > 1) this.#unwind(floor);
          else this.#drain(floor);
          // A context that throws as it is turned off interrupts its task.
          // What its task has entered or left meanwhile, in a callback, stays so.
          switchTo(outerTask?.frame === frameOfTask ? outerFrame : outerTask?.frame);
        } while (this.#stack.length > floor);
        isSettled = true;
      }
    } finally {
      // Three assignments come first: an overflow may have left no native stack for a call.
      ambient.task = outerTask;
      ambient.scheduler = outer;
      this.#nesting--;
      // An error, or the time limit of a `block`, has left work that no later event would take up.
      if (this.#nesting === 0 && (!isSettled || this.#ready.length > 0))
        void Promise.resolve().then(() => this.drain());
    }
  }

  /** Runs all that is ready, also in the middle of another drive: for `block`. */
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

  /** Drives are nested so deep that what would run on this native stack is put into the queue. */
  get isDeep(): boolean {
    return this.#nesting > DEEPEST_NESTING;
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
   * A step throws nothing but an overflow of the native stack. In a nested drive the error goes to the caller of that drive,
   * whose recursion it is; in the outermost one it keeps nothing else from its turn.
   */
  #step(runnable: Runnable | undefined): void {
    try {
      runnable?.step();
    } catch (error) {
      if (this.#nesting > 1) throw error;
      reportLost('a step of the scheduler', error);
    }
  }
}
