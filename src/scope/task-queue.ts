/** Tasks of a scope that wait for their turn: first in, first out, so many at once, and never in the turn of a caller. */
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { Fifo } from '../core/fifo';
import type { Runnable } from '../scheduler/run-queue';
import { checkedConcurrency } from './scope-config';
import type { ScopedTask } from './scoped-task';

export class TaskQueue implements Runnable {
  readonly #waiting = new Fifo<ScopedTask<unknown>>();
  #running = 0;
  /** So many of those who wait were there when this turn began. */
  #due = 0;
  #isTurnComing = false;

  constructor(
    private readonly scheduler: BatchScheduler,
    private limit: number,
  ) {}

  get concurrency(): number {
    return this.limit;
  }

  set concurrency(concurrency: number) {
    this.limit = checkedConcurrency(concurrency);
    this.#runSoon();
  }

  push(task: ScopedTask<unknown>): void {
    this.#waiting.push(task);
    this.#runSoon();
  }

  /** For what runs already, whatever there is room for. */
  runNow(task: ScopedTask<unknown>): void {
    this.#running++;
    this.scheduler.runQueue.drive(() => {
      task.run();
    });
  }

  /** Moves on what waits, without the event loop, also in the middle of a turn; false when that was not possible. */
  advance(): boolean {
    const hasRoom = this.#waiting.length > 0 && this.#running < this.limit;
    if (this.#isTurnComing || !hasRoom) return this.scheduler.state.advance();
    this.#runSoon();
    return true;
  }

  /** A task that ran has ended. */
  ended(): void {
    this.#running--;
    this.#runSoon();
  }

  /** Each with all that it starts before the next. */
  step(): void {
    const { runQueue } = this.scheduler;
    while (this.#due > 0 && this.#running < this.limit) {
      this.#due--;
      const task = this.#waiting.shift();
      if (!task || task.isOver) continue;
      this.#running++;
      runQueue.call(this);
      task.run();
      if (!runQueue.takeBack(this)) return;
    }
  }

  #runSoon(): void {
    if (this.#isTurnComing || this.#waiting.length === 0) return;
    this.#isTurnComing = true;
    this.scheduler.schedule(() => {
      this.#isTurnComing = false;
      this.#due = this.#waiting.length;
      this.scheduler.runQueue.call(this);
    });
  }
}
