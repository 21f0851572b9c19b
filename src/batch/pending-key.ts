/**
 * A pending key is one key of one batch, with its waiters: a key is loaded once for all of them. Nearly always a key has one
 * waiter, so the pending key itself is the execution of the first. Several waiters form a linked list, so that one of a
 * million can unsubscribe at no cost for the others.
 */
import { endedExecution, type Canceller, type Execution, type Sink } from '../future/execution';
import { failIsolated, succeedIsolated } from '../future/isolated-delivery';
import type { CachedKey } from './cache/cache';

/** The batch of a key. */
export interface KeyOwner<K, V> {
  /** Called when the last waiter of a key has unsubscribed. */
  onKeyUnwanted(key: PendingKey<K, V>): void;
}

/** `new` has no waiter yet, and `left` has none any more; `waiting` has one, and `shared` several. */
type KeyState = 'new' | 'left' | 'waiting' | 'shared' | 'succeeded' | 'failed';

export class PendingKey<K, V> implements Execution, CachedKey<V> {
  #state: KeyState = 'new';
  /** By the state: the sink of the one waiter, the list of several waiters, the value, or the error. */
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
    return this.#state === 'waiting' || this.#state === 'shared';
  }

  /** Whether the key has lost its waiters. A new key has none yet while a clock without delays flushes its batch. */
  get hasLeft(): boolean {
    return this.#state === 'left';
  }

  get firstWaiter(): Sink<V> | undefined {
    if (this.#state === 'waiting') return this.#onlySink();
    return this.#waiterList()?.first?.sink;
  }

  *waiters(): Generator<Sink<V>> {
    if (this.#state === 'waiting') yield this.#onlySink();
    for (let waiter = this.#waiterList()?.first; waiter; waiter = waiter.next) yield waiter.sink;
  }

  join(sink: Sink<V>): Execution {
    if (this.#state === 'new' || this.#state === 'left') {
      this.#state = 'waiting';
      this.#content = sink;
      return this;
    }
    if (this.isSettled) {
      this.#deliver(sink);
      return endedExecution;
    }
    if (this.#state === 'waiting') {
      this.#content = new WaiterList(this, this.#onlySink());
      this.#state = 'shared';
    }
    return (this.#content as WaiterList<K, V>).add(sink); // Cast: a list, because the state is `shared`.
  }

  succeed(value: V): void {
    this.#settle('succeeded', value);
  }

  fail(error: unknown): void {
    this.#settle('failed', error);
  }

  /** Called when the first waiter unsubscribes. */
  cancel(canceller?: Canceller): void {
    if (this.#state === 'waiting') this.onUnwanted();
    else this.#waiterList()?.removeFirstJoined();
    canceller?.cancelled();
  }

  /** Fails one waiter and removes it; the others go on waiting. */
  reject(sink: unknown, reason: unknown): boolean {
    for (const waiter of this.waiters()) {
      if (waiter !== sink) continue;
      failIsolated(waiter, reason);
      if (this.#state === 'waiting') this.onUnwanted();
      else this.#waiterList()?.removeSink(waiter);
      return true;
    }
    return false;
  }

  /** Called when the last waiter has unsubscribed. */
  onUnwanted(): void {
    this.#state = 'left';
    this.#content = undefined;
    this.#owner?.onKeyUnwanted(this);
  }

  #onlySink(): Sink<V> {
    return this.#content as Sink<V>; // Cast: a sink, because the caller has checked that the state is `waiting`.
  }

  #waiterList(): WaiterList<K, V> | undefined {
    // Cast: a list, because the state is `shared`.
    return this.#state === 'shared' ? (this.#content as WaiterList<K, V>) : undefined;
  }

  #settle(state: 'succeeded' | 'failed', result: unknown): void {
    const before = this.#state;
    const waiting = this.#content;
    if (before === 'succeeded' || before === 'failed') return;
    this.#state = state;
    this.#content = result;
    this.#owner = undefined;
    if (before === 'waiting') this.#deliver(waiting as Sink<V>); // Cast: a sink, because the state was `waiting`.
    if (before !== 'shared') return;
    const waiters = waiting as WaiterList<K, V>; // Cast: a list, because the state was `shared`.
    // One at a time from the front: each waiter may make others unsubscribe.
    for (let waiter = waiters.shift(); waiter; waiter = waiters.shift()) this.#deliver(waiter.sink);
  }

  #deliver(sink: Sink<V>): void {
    if (this.#state === 'succeeded')
      succeedIsolated(sink, this.#content as V); // Cast: a value, because the state is `succeeded`.
    else failIsolated(sink, this.#content);
  }
}

/** The waiters of a key with several, in the order in which they joined. */
class WaiterList<K, V> {
  first: KeyWaiterLink<K, V> | undefined;
  #last: KeyWaiterLink<K, V> | undefined;
  readonly #firstJoined: KeyWaiterLink<K, V>;

  constructor(
    private readonly key: PendingKey<K, V>,
    firstSink: Sink<V>,
  ) {
    this.#firstJoined = this.add(firstSink);
  }

  add(sink: Sink<V>): KeyWaiterLink<K, V> {
    const waiter = new KeyWaiterLink(this, sink, this.#last);
    if (this.#last) this.#last.next = waiter;
    else this.first = waiter;
    return (this.#last = waiter);
  }

  shift(): KeyWaiterLink<K, V> | undefined {
    const waiter = this.first;
    if (waiter) this.#unlink(waiter);
    return waiter;
  }

  removeFirstJoined(): void {
    this.remove(this.#firstJoined);
  }

  removeSink(sink: Sink<V>): void {
    for (let waiter = this.first; waiter; waiter = waiter.next)
      if (waiter.sink === sink) {
        this.remove(waiter);
        return;
      }
  }

  remove(waiter: KeyWaiterLink<K, V>): void {
    if (!waiter.list) return;
    this.#unlink(waiter);
    if (!this.first && !this.key.isSettled) this.key.onUnwanted();
  }

  #unlink(waiter: KeyWaiterLink<K, V>): void {
    const { previous, next } = waiter;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.#last = previous;
    waiter.list = undefined;
  }
}

class KeyWaiterLink<K, V> implements Execution {
  next: KeyWaiterLink<K, V> | undefined;

  constructor(
    public list: WaiterList<K, V> | undefined,
    readonly sink: Sink<V>,
    public previous: KeyWaiterLink<K, V> | undefined,
  ) {}

  cancel(canceller?: Canceller): void {
    this.list?.remove(this);
    canceller?.cancelled();
  }
}
