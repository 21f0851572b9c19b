/**
 * Recycling replaces a thread after a number of tasks, or when its heap has grown past a bound. The calls of a broadcast do
 * not count: a thread that was replaced because of them alone would never run a task.
 */
interface RecycledTask {
  readonly isBound: boolean;
}

export class Recycling {
  /** Whether the used heap of the thread is above its bound. */
  isHeapExceeded = false;
  #remainingTasks: number;

  constructor(maxTasks: number) {
    this.#remainingTasks = maxTasks;
  }

  /** Number of tasks that may still be sent to the thread; negative after nested calls, which are sent in any case. */
  get remainingTasks(): number {
    return this.#remainingTasks;
  }

  onSent({ isBound }: RecycledTask): void {
    if (!isBound) this.#remainingTasks--;
  }

  /** Called for tasks that were sent, and that the thread does not run. */
  onReturned(tasks: readonly RecycledTask[]): void {
    for (const { isBound } of tasks) if (!isBound) this.#remainingTasks++;
  }

  isDue({ isIdle, hasWorked }: { readonly isIdle: boolean; readonly hasWorked: boolean }): boolean {
    return (this.#remainingTasks <= 0 && isIdle) || (this.isHeapExceeded && hasWorked);
  }
}
