/**
 * One key of one batch, and all who wait for it: however many ask, it is asked for once. Nearly always it is one, so
 * the item itself is the execution of the first; who comes later stands in a linked list, so that one of a million can
 * leave at no cost to the others.
 */
import { reportUnhandled } from '../core/rx';
import { ended, type Canceller, type Execution, type Sink } from '../future/execution';

export interface ItemHolder<K, V> {
  /** Nobody waits for it any more. */
  leave(item: Item<K, V>): void;
}

export class Item<K, V> implements Execution {
  #state: 'waiting' | 'succeeded' | 'failed' = 'waiting';
  /** Its value or its error, once it is settled. */
  #result: unknown;
  #firstSink: Sink<V> | undefined;
  #others: LaterWaiters<K, V> | undefined;
  #holder: ItemHolder<K, V> | undefined;

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

  /** The batch it is in, until it is settled. */
  get holder(): ItemHolder<K, V> | undefined {
    return this.#holder;
  }

  get isSettled(): boolean {
    return this.#state !== 'waiting';
  }

  /** Somebody waits for it. */
  get isWanted(): boolean {
    return this.#firstSink !== undefined || this.#others?.first !== undefined;
  }

  get firstWaiter(): Sink<V> | undefined {
    return this.#firstSink ?? this.#others?.first?.sink;
  }

  *waiters(): Generator<Sink<V>> {
    if (this.#firstSink) yield this.#firstSink;
    for (let waiter = this.#others?.first; waiter; waiter = waiter.next) yield waiter.sink;
  }

  join(sink: Sink<V>): Execution {
    if (this.#state !== 'waiting') {
      this.#send(sink);
      return ended;
    }
    if (this.#firstSink || this.#others) return (this.#others ??= new LaterWaiters(this)).add(sink);
    this.#firstSink = sink;
    return this;
  }

  succeed(value: V): void {
    this.#settle('succeeded', value);
  }

  fail(error: unknown): void {
    this.#settle('failed', error);
  }

  /** The first of those who wait has left. */
  cancel(canceller?: Canceller): void {
    if (this.#firstSink) {
      this.#firstSink = undefined;
      this.leaveIfUnwanted();
    }
    canceller?.cancelled();
  }

  /** Fails one waiter alone, who leaves. */
  reject(sink: unknown, reason: unknown): boolean {
    let found = this.#firstSink === sink ? this.#firstSink : undefined;
    if (found) this.#firstSink = undefined;
    for (let waiter = found ? undefined : this.#others?.first; waiter; waiter = waiter.next) {
      if (waiter.sink !== sink) continue;
      found = waiter.sink;
      this.#others?.remove(waiter);
      break;
    }
    if (!found) return false;
    failAlone(found, reason);
    this.leaveIfUnwanted();
    return true;
  }

  leaveIfUnwanted(): void {
    if (!this.isWanted) this.#holder?.leave(this);
  }

  #settle(state: 'succeeded' | 'failed', result: unknown): void {
    if (this.#state !== 'waiting') return;
    this.#state = state;
    this.#result = result;
    this.#holder = undefined;
    const sink = this.#firstSink;
    this.#firstSink = undefined;
    if (sink) this.#send(sink);
    // One at a time from the front: each may make others leave.
    for (let waiter = this.#others?.shift(); waiter; waiter = this.#others?.shift()) this.#send(waiter.sink);
    this.#others = undefined;
  }

  #send(sink: Sink<V>): void {
    if (this.#state === 'succeeded')
      succeedAlone(sink, this.#result as V); // `succeed` put it there
    else failAlone(sink, this.#result);
  }
}

/** What a waiter throws, a full call stack above all, is no failure of the key, and of no other waiter. */
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

/** Those who asked after the first, in the order they came. */
class LaterWaiters<K, V> {
  first: Waiter<K, V> | undefined;
  #last: Waiter<K, V> | undefined;

  constructor(readonly item: Item<K, V>) {}

  add(sink: Sink<V>): Waiter<K, V> {
    const waiter = new Waiter(this, sink, this.#last);
    if (this.#last) this.#last.next = waiter;
    else this.first = waiter;
    return (this.#last = waiter);
  }

  shift(): Waiter<K, V> | undefined {
    const waiter = this.first;
    if (waiter) this.remove(waiter);
    return waiter;
  }

  remove(waiter: Waiter<K, V>): void {
    const { previous, next } = waiter;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.#last = previous;
    waiter.line = undefined;
  }
}

class Waiter<K, V> implements Execution {
  next: Waiter<K, V> | undefined;

  constructor(
    public line: LaterWaiters<K, V> | undefined,
    readonly sink: Sink<V>,
    public previous: Waiter<K, V> | undefined,
  ) {}

  cancel(canceller?: Canceller): void {
    const { line } = this;
    if (line) {
      line.remove(this);
      line.item.leaveIfUnwanted();
    }
    canceller?.cancelled();
  }
}
