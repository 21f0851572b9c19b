/**
 * One key of one batch, and all who wait for it: however many ask, it is asked for once. Who waits stands in a linked
 * list, so that one of a million can leave at no cost to the others.
 */
import { success, type Outcome } from '../core/outcome';
import { ended, type Canceller, type Execution, type Sink } from '../future/execution';

export interface ItemHolder<K, V> {
  /** Nobody waits for it any more. */
  leave(item: Item<K, V>): void;
}

export class Item<K, V> {
  #first: Waiter<K, V> | undefined;
  #last: Waiter<K, V> | undefined;
  #holder: ItemHolder<K, V> | undefined;
  #outcome: Outcome<V> | undefined;

  constructor(
    readonly key: K,
    readonly identity: unknown,
    holder?: ItemHolder<K, V>,
  ) {
    this.#holder = holder;
  }

  /** An item that has its value already: for a cache. */
  static of<K, V>(key: K, identity: unknown, value: V): Item<K, V> {
    const item = new Item<K, V>(key, identity);
    item.succeed(value);
    return item;
  }

  get isSettled(): boolean {
    return this.#outcome !== undefined;
  }

  /** In a batch, and somebody waits for it. */
  get isWanted(): boolean {
    return this.#first !== undefined;
  }

  join(sink: Sink<V>): Execution {
    if (this.#outcome) {
      send(this.#outcome, sink);
      return ended;
    }
    const waiter = new Waiter(this, sink, this.#last);
    this.#last = waiter;
    this.#first ??= waiter;
    return waiter;
  }

  succeed(value: V): void {
    this.settle(success(value));
  }

  settle(outcome: Outcome<V>): void {
    if (this.#outcome) return;
    this.#outcome = outcome;
    this.#holder = undefined;
    // One at a time from the front: each may make others leave.
    for (let waiter = this.#first; waiter; waiter = this.#first) {
      this.#unlink(waiter);
      send(outcome, waiter.sink);
    }
  }

  drop(waiter: Waiter<K, V>): void {
    this.#unlink(waiter);
    if (!this.#first) this.#holder?.leave(this);
  }

  #unlink(waiter: Waiter<K, V>): void {
    const { previous, next } = waiter;
    if (previous) previous.next = next;
    else this.#first = next;
    if (next) next.previous = previous;
    else this.#last = previous;
    waiter.item = undefined;
  }
}

class Waiter<K, V> implements Execution {
  next: Waiter<K, V> | undefined;

  constructor(
    public item: Item<K, V> | undefined,
    readonly sink: Sink<V>,
    public previous: Waiter<K, V> | undefined,
  ) {
    if (previous) previous.next = this;
  }

  cancel(canceller?: Canceller): void {
    this.item?.drop(this);
    canceller?.cancelled();
  }
}

const send = <V>(outcome: Outcome<V>, sink: Sink<V>): void => {
  if (outcome.isError) sink.fail(outcome.error);
  else sink.succeed(outcome.value);
};
