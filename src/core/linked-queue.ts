/**
 * A linked queue is first in, first out, and any item can be removed in constant time. The items carry the links, so an
 * item is in one queue at a time.
 */
export interface QueueLinks {
  previous: QueueLinks | undefined;
  next: QueueLinks | undefined;
  isQueued: boolean;
}

export class LinkedQueue<T extends QueueLinks> {
  size = 0;
  #first: QueueLinks | undefined;
  #last: QueueLinks | undefined;

  get first(): T | undefined {
    return this.#first as T | undefined; // Cast: a `T`, because only `T` are added.
  }

  *[Symbol.iterator](): Generator<T> {
    for (let item = this.#first; item; item = item.next) yield item as T; // Cast: a `T`, because only `T` are added.
  }

  push(item: T): void {
    item.previous = this.#last;
    item.next = undefined;
    if (this.#last) this.#last.next = item;
    else this.#first = item;
    this.#last = item;
    this.#onAdded(item);
  }

  /** Adds an item at the front. */
  unshift(item: T): void {
    item.previous = undefined;
    item.next = this.#first;
    if (this.#first) this.#first.previous = item;
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
    const { previous, next } = item;
    if (previous) previous.next = next;
    else this.#first = next;
    if (next) next.previous = previous;
    else this.#last = previous;
    item.previous = item.next = undefined;
    item.isQueued = false;
    this.size--;
  }

  #onAdded(item: T): void {
    item.isQueued = true;
    this.size++;
  }
}
