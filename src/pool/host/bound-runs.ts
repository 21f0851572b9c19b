/** Bound runs run on one thread and on no other. They wait here until their thread is ready, and then go before other runs. */
import type { NotificationQueue } from '../../core/notification-queue';
import { WorkerCrashError } from '../wire/pool-errors';
import type { RunThread } from './dispatch';
import type { TaskRun } from './task-run';

export class BoundRuns {
  readonly #runs = new Map<RunThread, TaskRun[]>();
  readonly #notifications: NotificationQueue;

  constructor(notifications: NotificationQueue) {
    this.#notifications = notifications;
  }

  *[Symbol.iterator](): Generator<TaskRun> {
    for (const runs of this.#runs.values()) yield* runs;
  }

  /** Adds a run, or fails it if its thread takes no more tasks. */
  add(run: TaskRun, thread: RunThread): void {
    if (!thread.isActive) {
      run.evict(new WorkerCrashError(run.name, 'killed', {}));
      return;
    }
    const runs = this.#runs.get(thread);
    if (runs) runs.push(run);
    else this.#runs.set(thread, [run]);
  }

  /** Sends the runs of each thread that is ready, as many as it has slots for. */
  sendReady(): void {
    if (this.#runs.size === 0) return;
    for (const [thread, runs] of this.#runs) {
      if (thread.state !== 'ready') continue;
      const waiting = runs.filter(({ isOver }) => !isOver);
      for (const run of waiting.splice(0, thread.slots.available)) run.sendTo(thread);
      if (waiting.length === 0) this.#runs.delete(thread);
      else this.#runs.set(thread, waiting);
    }
  }

  /** Fails the runs of a thread that has ended. */
  evict(thread: RunThread, errorOf: (run: TaskRun) => Error): void {
    const runs = this.#runs.get(thread) ?? [];
    this.#runs.delete(thread);
    this.#notifications.notifyEach(runs, (run) => {
      run.evict(errorOf(run));
    });
  }
}
