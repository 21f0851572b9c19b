/**
 * A linked queue is first in, first out, and any item can be removed in constant time. The items carry the links, so an
 * item is in one queue at a time.
 */
export interface QueueLinks {
  queuedBefore: QueueLinks | undefined;
  queuedAfter: QueueLinks | undefined;
  isQueued: boolean;
}

export class LinkedQueue<T extends QueueLinks> {
  size = 0;
  #first: QueueLinks | undefined;
  #last: QueueLinks | undefined;

  get first(): T | undefined {
    return this.#first as T | undefined; // Cast: a `T`, because only `T` are added.
  }

  /** The item after the given one. A loop by `first` and `after` costs a fraction of one by the iterator. */
  after(item: T): T | undefined {
    return item.queuedAfter as T | undefined; // Cast: a `T`, because only `T` are added.
  }

  *[Symbol.iterator](): Generator<T> {
    for (let item = this.first; item; item = this.after(item)) yield item;
  }

  push(item: T): void {
    item.queuedBefore = this.#last;
    item.queuedAfter = undefined;
    if (this.#last) this.#last.queuedAfter = item;
    else this.#first = item;
    this.#last = item;
    this.#onAdded(item);
  }

  /** Adds an item at the front. */
  unshift(item: T): void {
    item.queuedBefore = undefined;
    item.queuedAfter = this.#first;
    if (this.#first) this.#first.queuedBefore = item;
    else this.#last = item;
    this.#first = item;
    this.#onAdded(item);
  }

  shift(): T | undefined {
    const { first } = this;
    if (first) this.remove(first);
    return first;
  }

  /** Removes an item from any position. Has no effect if it is not queued. */
  remove(item: T): void {
    if (!item.isQueued) return;
    const { queuedBefore: previous, queuedAfter: next } = item;
    if (previous) previous.queuedAfter = next;
    else this.#first = next;
    if (next) next.queuedBefore = previous;
    else this.#last = previous;
    item.queuedBefore = item.queuedAfter = undefined;
    item.isQueued = false;
    this.size--;
  }

  #onAdded(item: T): void {
    item.isQueued = true;
    this.size++;
  }
}
