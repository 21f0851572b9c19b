/** The task queue holds tasks that wait for a thread, first in, first out. A task can be removed from any position. */
export interface QueuedTask {
  previous: QueuedTask | undefined;
  next: QueuedTask | undefined;
  isQueued: boolean;
}

export class TaskQueue<T extends QueuedTask> {
  size = 0;
  #first: QueuedTask | undefined;
  #last: QueuedTask | undefined;

  get first(): T | undefined {
    return this.#first as T | undefined; // the links are typed as QueuedTask, but only T are added
  }

  *[Symbol.iterator](): Generator<T> {
    for (let task = this.#first; task; task = task.next) yield task as T; // as above
  }

  push(task: T): void {
    task.previous = this.#last;
    task.next = undefined;
    if (this.#last) this.#last.next = task;
    else this.#first = task;
    this.#last = task;
    this.#onAdded(task);
  }

  /** Adds a task at the front, because it has waited before or others wait for it. */
  unshift(task: T): void {
    task.previous = undefined;
    task.next = this.#first;
    if (this.#first) this.#first.previous = task;
    else this.#last = task;
    this.#first = task;
    this.#onAdded(task);
  }

  shift(): T | undefined {
    const { first } = this;
    if (first) this.remove(first);
    return first;
  }

  remove(task: T): void {
    if (!task.isQueued) return;
    const { previous, next } = task;
    if (previous) previous.next = next;
    else this.#first = next;
    if (next) next.previous = previous;
    else this.#last = previous;
    task.previous = task.next = undefined;
    task.isQueued = false;
    this.size--;
  }

  #onAdded(task: T): void {
    task.isQueued = true;
    this.size++;
  }
}
