/**
 * The task queue orders waiting tasks by priority and by age: each second that a task has waited counts as one step of
 * priority, so that none waits for ever. Tasks of one priority are first in, first out. Since all tasks age alike, their order
 * does not change while they wait.
 */
import { LinkedQueue, type QueueLinks } from '../../core/linked-queue';

/** The wait in ms that counts as much as one step of priority. */
const MS_PER_STEP = 1_000;

export interface QueuedTask extends QueueLinks {
  readonly priority: number;
  /** When the task was queued, in ms. */
  readonly queuedAt: number;
  /** Whether the task goes before all others. Set by the queue. */
  isUrgent: boolean;
}

export class TaskQueue<T extends QueuedTask> {
  /** Nested calls, and tasks that were sent to a thread before. */
  readonly #urgent = new LinkedQueue<T>();
  /** Tasks of priority 0, which most queues have only. */
  readonly #ordinary = new LinkedQueue<T>();
  readonly #byPriority = new Map<number, LinkedQueue<T>>();

  get size(): number {
    let size = this.#urgent.size + this.#ordinary.size;
    if (this.#byPriority.size > 0) for (const line of this.#byPriority.values()) size += line.size;
    return size;
  }

  get first(): T | undefined {
    let first = this.#urgent.first ?? this.#ordinary.first;
    if (this.#byPriority.size === 0 || first?.isUrgent) return first;
    for (const line of this.#byPriority.values()) if (line.first && isBefore(line.first, first)) first = line.first;
    return first;
  }

  *[Symbol.iterator](): Generator<T> {
    yield* this.#urgent;
    yield* this.#ordinary;
    for (const line of this.#byPriority.values()) yield* line;
  }

  push(task: T): void {
    task.isUrgent = false;
    this.#lineOf(task).push(task);
  }

  /** Adds a task at the front. */
  unshift(task: T): void {
    task.isUrgent = true;
    this.#urgent.unshift(task);
  }

  shift(): T | undefined {
    const { first } = this;
    if (first) this.remove(first);
    return first;
  }

  /** Removes the task that has waited longest among those of the lowest priority. */
  shiftLeast(): T | undefined {
    let least: T | undefined = this.#ordinary.first;
    for (const { first } of this.#byPriority.values())
      if (first && !(least && least.priority < first.priority)) least = first;
    least ??= this.#urgent.first;
    if (least) this.remove(least);
    return least;
  }

  /** Removes a task from any position. Has no effect if it is not queued. */
  remove(task: T): void {
    if (!task.isQueued) return;
    const line = this.#lineOf(task);
    line.remove(task);
    if (line.size === 0 && !task.isUrgent) this.#byPriority.delete(task.priority);
  }

  #lineOf({ isUrgent, priority }: T): LinkedQueue<T> {
    if (isUrgent) return this.#urgent;
    if (priority === 0) return this.#ordinary;
    let line = this.#byPriority.get(priority);
    if (!line) this.#byPriority.set(priority, (line = new LinkedQueue()));
    return line;
  }
}

function isBefore(one: QueuedTask, other: QueuedTask | undefined): boolean {
  if (!other) return true;
  const difference = startsAt(one) - startsAt(other);
  return difference === 0 ? one.priority > other.priority : difference < 0;
}

const startsAt = ({ queuedAt, priority }: QueuedTask): number => queuedAt - priority * MS_PER_STEP;
