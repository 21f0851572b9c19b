/**
 * One key of one batch, and its waiters: a key is loaded once for all of them. Nearly always a key has one waiter, so the
 * item itself is the execution of the first; later waiters form a linked list, so that one of a million can unsubscribe at
 * no cost for the others.
 */
import { reportUnhandled } from '../core/rx';
import { endedExecution, type Canceller, type Execution, type Sink } from '../future/execution';

/** The batch of an item. */
export interface ItemOwner<K, V> {
  /** Called when the last waiter of an item has unsubscribed. */
  onItemUnwanted(item: Item<K, V>): void;
}

export class Item<K, V> implements Execution {
  #state: 'waiting' | 'succeeded' | 'failed' = 'waiting';
  /** The value or the error, once the item is settled. */
  #result: unknown;
  #firstSink: Sink<V> | undefined;
  #laterWaiters: WaiterList<K, V> | undefined;
  #owner: ItemOwner<K, V> | undefined;

  constructor(
    readonly key: K,
    readonly identity: unknown,
    owner?: ItemOwner<K, V>,
  ) {
    this.#owner = owner;
  }

  /** A settled item, for a primed value. */
  static of<K, V>(key: K, identity: unknown, value: V): Item<K, V> {
    const item = new Item<K, V>(key, identity);
    item.succeed(value);
    return item;
  }

  /** The batch of the item, until the item is settled. */
  get owner(): ItemOwner<K, V> | undefined {
    return this.#owner;
  }

  get isSettled(): boolean {
    return this.#state !== 'waiting';
  }

  /** Whether the item has a waiter. */
  get isWanted(): boolean {
    return this.#firstSink !== undefined || this.#laterWaiters?.first !== undefined;
  }

  get firstWaiter(): Sink<V> | undefined {
    return this.#firstSink ?? this.#laterWaiters?.first?.sink;
  }

  *waiters(): Generator<Sink<V>> {
    if (this.#firstSink) yield this.#firstSink;
    for (let waiter = this.#laterWaiters?.first; waiter; waiter = waiter.next) yield waiter.sink;
  }

  join(sink: Sink<V>): Execution {
    if (this.#state !== 'waiting') {
      this.#deliver(sink);
      return endedExecution;
    }
    if (this.#firstSink || this.#laterWaiters) return (this.#laterWaiters ??= new WaiterList(this)).add(sink);
    this.#firstSink = sink;
    return this;
  }

  succeed(value: V): void {
    this.#settle('succeeded', value);
  }

  fail(error: unknown): void {
    this.#settle('failed', error);
  }

  /** Called when the first waiter unsubscribes. */
  cancel(canceller?: Canceller): void {
    if (this.#firstSink) {
      this.#firstSink = undefined;
      this.notifyIfUnwanted();
    }
    canceller?.cancelled();
  }

  /** Fails one waiter and removes it; the others go on waiting. */
  reject(sink: unknown, reason: unknown): boolean {
    let found = this.#firstSink === sink ? this.#firstSink : undefined;
    if (found) this.#firstSink = undefined;
    for (let waiter = found ? undefined : this.#laterWaiters?.first; waiter; waiter = waiter.next) {
      if (waiter.sink !== sink) continue;
      found = waiter.sink;
      this.#laterWaiters?.remove(waiter);
      break;
    }
    if (!found) return false;
    failAlone(found, reason);
    this.notifyIfUnwanted();
    return true;
  }

  notifyIfUnwanted(): void {
    if (!this.isWanted) this.#owner?.onItemUnwanted(this);
  }

  #settle(state: 'succeeded' | 'failed', result: unknown): void {
    if (this.#state !== 'waiting') return;
    this.#state = state;
    this.#result = result;
    this.#owner = undefined;
    const sink = this.#firstSink;
    this.#firstSink = undefined;
    if (sink) this.#deliver(sink);
    // One at a time from the front: each waiter may make others unsubscribe.
    for (let waiter = this.#laterWaiters?.shift(); waiter; waiter = this.#laterWaiters?.shift())
      this.#deliver(waiter.sink);
    this.#laterWaiters = undefined;
  }

  #deliver(sink: Sink<V>): void {
    if (this.#state === 'succeeded')
      succeedAlone(sink, this.#result as V); // `succeed` stored it
    else failAlone(sink, this.#result);
  }
}

/** An error that a waiter throws, such as a stack overflow, does not fail the key or another waiter. */
export function succeedAlone<V>(sink: Sink<V>, value: V): void {
  try {
    sink.succeed(value);
  } catch (error) {
    reportUnhandled(error);
  }
}

function failAlone(sink: Sink<never>, reason: unknown): void {
  try {
    sink.fail(reason);
  } catch (error) {
    reportUnhandled(error);
  }
}

/** The waiters after the first, in the order in which they joined. */
class WaiterList<K, V> {
  first: ItemWaiter<K, V> | undefined;
  #last: ItemWaiter<K, V> | undefined;

  constructor(readonly item: Item<K, V>) {}

  add(sink: Sink<V>): ItemWaiter<K, V> {
    const waiter = new ItemWaiter(this, sink, this.#last);
    if (this.#last) this.#last.next = waiter;
    else this.first = waiter;
    return (this.#last = waiter);
  }

  shift(): ItemWaiter<K, V> | undefined {
    const waiter = this.first;
    if (waiter) this.remove(waiter);
    return waiter;
  }

  remove(waiter: ItemWaiter<K, V>): void {
    const { previous, next } = waiter;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.#last = previous;
    waiter.list = undefined;
  }
}

class ItemWaiter<K, V> implements Execution {
  next: ItemWaiter<K, V> | undefined;

  constructor(
    public list: WaiterList<K, V> | undefined,
    readonly sink: Sink<V>,
    public previous: ItemWaiter<K, V> | undefined,
  ) {}

  cancel(canceller?: Canceller): void {
    const { list } = this;
    if (list) {
      list.remove(this);
      list.item.notifyIfUnwanted();
    }
    canceller?.cancelled();
  }
}
