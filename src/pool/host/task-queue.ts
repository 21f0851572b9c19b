/** Requests that wait for a thread, first in, first out; each can leave from where it stands. */
export interface QueuedTask {
  /** Its neighbours, while it waits. */
  before: QueuedTask | undefined;
  after: QueuedTask | undefined;
  isWaiting: boolean;
}

export class TaskQueue<T extends QueuedTask> {
  size = 0;
  #first: QueuedTask | undefined;
  #last: QueuedTask | undefined;

  get first(): T | undefined {
    return this.#first as T | undefined; // only T come in
  }

  *[Symbol.iterator](): Generator<T> {
    for (let item = this.#first; item; item = item.after) yield item as T; // only T come in
  }

  push(item: T): void {
    item.before = this.#last;
    item.after = undefined;
    if (this.#last) this.#last.after = item;
    else this.#first = item;
    this.#last = item;
    this.#came(item);
  }

  /** For what has waited already. */
  unshift(item: T): void {
    item.before = undefined;
    item.after = this.#first;
    if (this.#first) this.#first.before = item;
    else this.#last = item;
    this.#first = item;
    this.#came(item);
  }

  shift(): T | undefined {
    const { first } = this;
    if (first) this.remove(first);
    return first;
  }

  remove(item: T): void {
    if (!item.isWaiting) return;
    const { before, after } = item;
    if (before) before.after = after;
    else this.#first = after;
    if (after) after.before = before;
    else this.#last = before;
    item.before = item.after = undefined;
    item.isWaiting = false;
    this.size--;
  }

  #came(item: T): void {
    item.isWaiting = true;
    this.size++;
  }
}
