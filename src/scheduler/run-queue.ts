/**
 * Who may run next. Starting is a call stack of our own: depth first, left to right, and never deeper on the native
 * stack than one step, so a million nested tasks are no more than a long array. Resuming is a queue: first in, first
 * out, and only when the stack is empty.
 *
 * Whoever starts something stays on the stack beneath it (`call` itself, start, `takeBack`); when it comes up again,
 * all that it started has either finished or waits for something.
 */
import { exchangeScheduler, exchangeTask, runningTask } from './ambient';
import type { BatchScheduler } from './batch-scheduler';
import { isTimeUp } from './deadline';
import { Fifo } from './fifo';
import { activeFrame, switchTo } from './frame';

export interface Runnable {
  /** Goes on as far as it can. Never throws; harmless when there is nothing to do. */
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
    const outer = exchangeScheduler(this.#owner);
    const outerFrame = activeFrame();
    const frameOfTask = runningTask()?.frame;
    const floor = this.#stack.length;
    this.#nesting++;
    try {
      return work();
    } finally {
      // Also when `work` threw: what it had started must not wait for the next who comes.
      const outerTask = exchangeTask(undefined);
      do {
        if (this.#nesting > DEEPEST_NESTING) this.#postpone(floor);
        else if (this.#nesting > 1) this.#unwind(floor);
        else this.#drain(floor);
        // A context that throws as it is turned off interrupts its task.
        // What its task has entered or left meanwhile, in a callback, stays so.
        switchTo(outerTask?.frame === frameOfTask ? outerFrame : outerTask?.frame);
      } while (this.#stack.length > floor);
      exchangeTask(outerTask);
      this.#nesting--;
      exchangeScheduler(outer);
    }
  }

  /** Runs all that is ready, also in the middle of another drive: for `block`. */
  drain(): void {
    this.drive(() => {
      const outerTask = exchangeTask(undefined);
      this.#drain(this.#stack.length);
      exchangeTask(outerTask);
    });
  }

  #drain(floor: number): void {
    this.#unwind(floor);
    while (!isTimeUp()) {
      const next = this.#ready.shift();
      if (!next) return;
      next.step();
      this.#unwind(floor);
    }
  }

  #unwind(floor: number): void {
    while (this.#stack.length > floor) {
      if (isTimeUp()) this.#postpone(floor);
      else this.#stack.pop()?.step();
    }
  }

  #postpone(floor: number): void {
    for (const runnable of this.#stack.splice(floor)) this.#ready.push(runnable);
  }
}
