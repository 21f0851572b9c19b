/** Bound runs run on one thread and on no other. They wait here until their thread is ready, and then go before other runs. */
import { WorkerCrashError } from '../wire/pool-errors';
import type { RunThread } from './dispatch';
import type { TaskRun } from './task-run';

export class BoundRuns {
  readonly #runs = new Map<RunThread, TaskRun[]>();

  *[Symbol.iterator](): Generator<TaskRun> {
    for (const runs of this.#runs.values()) yield* runs;
  }

  /** Adds a run, or fails it if its thread takes no more tasks. */
  add(run: TaskRun, thread: RunThread): void {
    if (thread.state !== 'starting' && thread.state !== 'ready') {
      run.evict(new WorkerCrashError(run.name, 'killed', {}));
      return;
    }
    const runs = this.#runs.get(thread);
    if (runs) runs.push(run);
    else this.#runs.set(thread, [run]);
  }

  /** Sends the runs of each thread that is ready. */
  sendReady(): void {
    if (this.#runs.size === 0) return;
    for (const [thread, runs] of this.#runs) {
      if (thread.state !== 'ready') continue;
      this.#runs.delete(thread);
      for (const run of runs) if (!run.isOver) run.sendTo(thread);
    }
  }

  /** Removes the runs of a thread that has ended. */
  take(thread: RunThread): readonly TaskRun[] {
    const runs = this.#runs.get(thread) ?? [];
    this.#runs.delete(thread);
    return runs;
  }
}
