/**
 * A waiter is a link in a chain of waits: from the key of a batch to the task that requested the key, and to the caller of
 * that task. Chains are read from child to parent, for stacks and dumps; no data is recorded for them in advance.
 */
export interface Waiter {
  readonly name?: string | undefined;
  /** The role of a waiter that is shown to users. Waiters without a role only pass results on. */
  readonly role?: 'task' | 'stream' | 'flight' | 'work' | 'scope' | undefined;
  /** The next waiter in the chain, which receives the result of this one. */
  readonly parent?: Waiter | undefined;
  /** Whether a promise is at the end of this chain, perhaps awaited by an `async` function. */
  readonly isAwaited?: boolean | undefined;
  /** The future of which this waiter is a run. */
  readonly call?: object | undefined;
  /** A description for users, where the name is not enough. */
  describe?(): string;
}

/** Whether a promise is at the end of this chain, as far as known. */
export function isAwaited(from: Waiter): boolean {
  let waiter: Waiter | undefined = from;
  while (waiter && waiter.isAwaited === undefined) waiter = waiter.parent;
  return waiter?.isAwaited === true;
}

/** The first waiter with a role: this one, or the nearest in its chain. */
export function nearestWithRole(from: Waiter | undefined): Waiter | undefined {
  let waiter = from;
  while (waiter && !waiter.role) waiter = waiter.parent;
  return waiter;
}
