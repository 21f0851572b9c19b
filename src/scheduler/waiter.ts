/**
 * Who waits, and for whom: from the key of a batch up to the task that asked for it, and to whoever asked for that.
 * Chains of tasks are read from here, upwards; nothing is kept for it while all goes well.
 */
export interface Waiter {
  readonly name?: string | undefined;
  /** What it is, where people would name it; the others only pass results on. */
  readonly role?: 'task' | 'stream' | 'flight' | 'work' | 'scope' | undefined;
  /** Whom it passes on to what it gets. */
  readonly above?: Waiter | undefined;
  /** Whether a promise waits at the end of this chain, and with it perhaps an `async` function. */
  readonly isAwaited?: boolean | undefined;
  /** The future it is a run of. */
  readonly call?: object | undefined;
  /** What it is, in words, where there are better ones than its name. */
  describe?(): string;
}

/** Whether a promise waits at the end of this chain, as far as it tells. */
export function isAwaited(from: Waiter): boolean {
  let waiter: Waiter | undefined = from;
  while (waiter && waiter.isAwaited === undefined) waiter = waiter.above;
  return waiter?.isAwaited === true;
}

/** From here upwards, the first that people would name. */
export function named(from: Waiter | undefined): Waiter | undefined {
  let waiter = from;
  while (waiter && !waiter.role) waiter = waiter.above;
  return waiter;
}
