/**
 * A pending key is one key of one batch, with its waiters: a key is loaded once for all of them. Nearly always a key has one
 * waiter, so the pending key itself is the execution of the first; later waiters form a linked list, so that one of a
 * million can unsubscribe at no cost for the others.
 */
import { endedExecution, type Canceller, type Execution, type Sink } from '../future/execution';
import { failIsolated, succeedIsolated } from '../future/isolated-delivery';
import type { CachedKey } from './cache/cache';

/** The batch of a key. */
export interface KeyOwner<K, V> {
  /** Called when the last waiter of a key has unsubscribed. */
  onKeyLeft(key: PendingKey<K, V>): void;
}

/** `shared`: waiters after the first have joined. */
type KeyState = 'waiting' | 'shared' | 'succeeded' | 'failed';

export class PendingKey<K, V> implements Execution, CachedKey<V> {
  #state: KeyState = 'waiting';
  #firstSink: Sink<V> | undefined;
  /** The list of the later waiters while the state is `shared`; the value or the error once the key is settled. */
  #content: unknown;
  #owner: KeyOwner<K, V> | undefined;

  constructor(
    readonly key: K,
    readonly identity: unknown,
    owner: KeyOwner<K, V> | undefined,
  ) {
    this.#owner = owner;
  }

  /** A settled key, for a primed value. */
  static settled<K, V>(key: K, identity: unknown, value: V): PendingKey<K, V> {
    const settled = new PendingKey<K, V>(key, identity, undefined);
    settled.succeed(value);
    return settled;
  }

  /** The batch of the key, until the key is settled. */
  get owner(): KeyOwner<K, V> | undefined {
    return this.#owner;
  }

  get isSettled(): boolean {
    return this.#state === 'succeeded' || this.#state === 'failed';
  }

  /** Whether the key has a waiter. */
  get isWanted(): boolean {
    return this.#firstSink !== undefined || this.#laterWaiters()?.first !== undefined;
  }

  get firstWaiter(): Sink<V> | undefined {
    return this.#firstSink ?? this.#laterWaiters()?.first?.sink;
  }

  #laterWaiters(): WaiterList<K, V> | undefined {
    return this.#state === 'shared' ? (this.#content as WaiterList<K, V>) : undefined; // the state says what it is
  }

  *waiters(): Generator<Sink<V>> {
    if (this.#firstSink) yield this.#firstSink;
    for (let waiter = this.#laterWaiters()?.first; waiter; waiter = waiter.next) yield waiter.sink;
  }

  join(sink: Sink<V>): Execution {
    if (this.#state === 'waiting' && !this.#firstSink) {
      this.#firstSink = sink;
      return this;
    }
    if (this.isSettled) {
      this.#deliver(sink);
      return endedExecution;
    }
    if (this.#state === 'waiting') {
      this.#state = 'shared';
      this.#content = new WaiterList<K, V>(this);
    }
    return (this.#content as WaiterList<K, V>).add(sink); // the state is `shared`
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
    for (let waiter = found ? undefined : this.#laterWaiters()?.first; waiter; waiter = waiter.next) {
      if (waiter.sink !== sink) continue;
      found = waiter.sink;
      this.#laterWaiters()?.remove(waiter);
      break;
    }
    if (!found) return false;
    failIsolated(found, reason);
    this.notifyIfUnwanted();
    return true;
  }

  notifyIfUnwanted(): void {
    if (!this.isWanted) this.#owner?.onKeyLeft(this);
  }

  #settle(state: 'succeeded' | 'failed', result: unknown): void {
    if (this.isSettled) return;
    const later = this.#laterWaiters();
    const sink = this.#firstSink;
    this.#state = state;
    this.#content = result;
    this.#owner = undefined;
    this.#firstSink = undefined;
    if (sink) this.#deliver(sink);
    // One at a time from the front: each waiter may make others unsubscribe.
    for (let waiter = later?.shift(); waiter; waiter = later?.shift()) this.#deliver(waiter.sink);
  }

  #deliver(sink: Sink<V>): void {
    if (this.#state === 'succeeded')
      succeedIsolated(sink, this.#content as V); // `succeed` stored it
    else failIsolated(sink, this.#content);
  }
}

/** The waiters after the first, in the order in which they joined. */
class WaiterList<K, V> {
  first: LaterWaiter<K, V> | undefined;
  #last: LaterWaiter<K, V> | undefined;

  constructor(readonly key: PendingKey<K, V>) {}

  add(sink: Sink<V>): LaterWaiter<K, V> {
    const waiter = new LaterWaiter(this, sink, this.#last);
    if (this.#last) this.#last.next = waiter;
    else this.first = waiter;
    return (this.#last = waiter);
  }

  shift(): LaterWaiter<K, V> | undefined {
    const waiter = this.first;
    if (waiter) this.remove(waiter);
    return waiter;
  }

  remove(waiter: LaterWaiter<K, V>): void {
    const { previous, next } = waiter;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.#last = previous;
    waiter.list = undefined;
  }
}

class LaterWaiter<K, V> implements Execution {
  next: LaterWaiter<K, V> | undefined;

  constructor(
    public list: WaiterList<K, V> | undefined,
    readonly sink: Sink<V>,
    public previous: LaterWaiter<K, V> | undefined,
  ) {}

  cancel(canceller?: Canceller): void {
    const { list } = this;
    if (list) {
      list.remove(this);
      list.key.notifyIfUnwanted();
    }
    canceller?.cancelled();
  }
}
