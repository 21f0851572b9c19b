/**
 * The task queue orders waiting tasks by priority and by age: each second that a task has waited counts as one step of
 * priority, so that none waits for ever. Tasks of one priority are first in, first out. Since all tasks age alike, their order
 * does not change while they wait.
 */
import { IndexedHeap, type HeapItem } from '../../core/indexed-heap';
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

/** The tasks of one priority. */
class PriorityLine<T extends QueuedTask> extends LinkedQueue<T> implements HeapItem {
  heapIndex = -1;

  constructor(readonly priority: number) {
    super();
  }
}

export class TaskQueue<T extends QueuedTask> {
  size = 0;
  /** Nested calls, and tasks that were sent to a thread before. */
  readonly #urgent = new LinkedQueue<T>();
  /** Tasks of priority 0, which most queues have only. */
  readonly #ordinary = new LinkedQueue<T>();
  /** The lines of other priorities that have tasks. A program may use as many priorities as it has tasks. */
  readonly #lines = new Map<number, PriorityLine<T>>();
  readonly #linesByFirst = new IndexedHeap<PriorityLine<T>>((one, other) => isBefore(one.first, other.first));

  get first(): T | undefined {
    if (this.#urgent.first) return this.#urgent.first;
    const ordinary = this.#ordinary.first;
    const prioritized = this.#linesByFirst.first?.first;
    return isBefore(prioritized, ordinary) ? prioritized : ordinary;
  }

  *[Symbol.iterator](): Generator<T> {
    yield* this.#urgent;
    yield* this.#ordinary;
    for (const line of this.#lines.values()) yield* line;
  }

  push(task: T): void {
    task.isUrgent = false;
    this.size++;
    if (task.priority === 0) this.#ordinary.push(task);
    else this.#pushPrioritized(task);
  }

  /** Adds a task at the front. */
  unshift(task: T): void {
    task.isUrgent = true;
    this.size++;
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
    for (const { first } of this.#lines.values())
      if (first && !(least && least.priority < first.priority)) least = first;
    least ??= this.#urgent.first;
    if (least) this.remove(least);
    return least;
  }

  /** Removes a task from any position. Has no effect if it is not queued. */
  remove(task: T): void {
    if (!task.isQueued) return;
    this.size--;
    if (task.isUrgent) this.#urgent.remove(task);
    else if (task.priority === 0) this.#ordinary.remove(task);
    else this.#removePrioritized(task);
  }

  #pushPrioritized(task: T): void {
    let line = this.#lines.get(task.priority);
    if (!line) this.#lines.set(task.priority, (line = new PriorityLine(task.priority)));
    line.push(task);
    if (line.size === 1) this.#linesByFirst.push(line);
  }

  #removePrioritized(task: T): void {
    const line = this.#lines.get(task.priority);
    if (!line) return;
    // The heap compares lines by their first tasks, so an empty line leaves it before it is empty.
    if (line.size === 1) {
      this.#linesByFirst.remove(line);
      this.#lines.delete(task.priority);
    }
    line.remove(task);
    this.#linesByFirst.update(line);
  }
}

function isBefore(one: QueuedTask | undefined, other: QueuedTask | undefined): boolean {
  if (!one || !other) return one !== undefined;
  const difference = startsAt(one) - startsAt(other);
  return difference === 0 ? one.priority > other.priority : difference < 0;
}

const startsAt = ({ queuedAt, priority }: QueuedTask): number => queuedAt - priority * MS_PER_STEP;
