/**
 * The start queue of a scope: its tasks start first in, first out, at most `concurrency` at a time, and never
 * synchronously in the call of `Scope.start`.
 */
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { Fifo } from '../core/fifo';
import type { Runnable } from '../scheduler/run-queue';
import { checkConcurrency } from './scope-config';
import type { ScopedTask } from './scoped-task';

export class StartQueue implements Runnable {
  readonly #waiting = new Fifo<ScopedTask<unknown>>();
  #running = 0;
  /** Number of waiting tasks that this turn may start: those that waited when it began. */
  #due = 0;
  #isTurnScheduled = false;

  constructor(
    private readonly scheduler: BatchScheduler,
    private limit: number,
  ) {}

  get concurrency(): number {
    return this.limit;
  }

  set concurrency(concurrency: number) {
    checkConcurrency(concurrency);
    this.limit = concurrency;
    this.#scheduleTurn();
  }

  push(task: ScopedTask<unknown>): void {
    this.#waiting.push(task);
    this.#scheduleTurn();
  }

  /** Runs a task whose work is already running (a promise), beyond the limit if necessary. */
  runNow(task: ScopedTask<unknown>): void {
    this.#running++;
    this.scheduler.runQueue.drive(() => {
      task.run();
    });
  }

  /** Makes progress without the event loop, also in the middle of a turn. Returns whether that was possible. */
  advance(): boolean {
    const canStart = this.#waiting.length > 0 && this.#running < this.limit;
    if (this.#isTurnScheduled || !canStart) return this.scheduler.state.advance();
    this.#scheduleTurn();
    return true;
  }

  /** Called when a task that was running has ended. */
  taskEnded(): void {
    this.#running--;
    this.#scheduleTurn();
  }

  /** Starts the due tasks. Each task runs with all that it starts before the next one, hence the calls of `runQueue`. */
  step(): void {
    const { runQueue } = this.scheduler;
    while (this.#due > 0 && this.#running < this.limit) {
      this.#due--;
      const task = this.#waiting.shift();
      if (!task || task.isOver) continue;
      this.#running++;
      runQueue.runNext(this);
      task.run();
      if (!runQueue.takeBack(this)) return;
    }
  }

  #scheduleTurn(): void {
    if (this.#isTurnScheduled || this.#waiting.length === 0) return;
    this.#isTurnScheduled = true;
    this.scheduler.schedule(() => {
      this.#isTurnScheduled = false;
      this.#due = this.#waiting.length;
      this.scheduler.runQueue.runNext(this);
    });
  }
}
