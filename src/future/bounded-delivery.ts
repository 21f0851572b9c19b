/**
 * A result is delivered to its waiters before the delivering code goes on, and a waiter may deliver to waiters of its own:
 * in a long chain, each on the native stack of the one before. The nesting is bounded here. Deliveries beyond the bound
 * are postponed, and the deepest nested delivery runs them. So every waiter has been notified when the first call
 * returns, unless one of them throws; the rest is delivered in a microtask then.
 */
import { reportUnhandled } from '../core/rx';
import { Fifo } from '../core/fifo';
import type { RunQueue } from '../scheduler/run-queue';

const MAX_NESTING = 100;

const postponed = new Fifo<() => void>();
let nesting = 0;

/**
 * Runs `deliver`, now or postponed.
 *
 * @param runQueue queue in whose drive `deliver` must run, because a postponed delivery may run in a drive of another queue
 */
export function deliverBounded(deliver: () => void, runQueue?: RunQueue): void {
  if (nesting === MAX_NESTING) {
    postponed.push(runQueue ? () => runQueue.drive(deliver) : deliver);
    return;
  }
  nesting++;
  try {
    deliver();
    if (nesting === MAX_NESTING) deliverPostponed();
  } finally {
    nesting--;
    // A `deliver` has thrown, or the native stack has overflowed, before all postponed deliveries have run.
    if (nesting === 0 && postponed.length > 0) void Promise.resolve().then(deliverPostponed);
  }
}

/**
 * Runs all postponed deliveries: for code that cannot go on before them, as `block` in the deepest nested delivery. An
 * error of one delivery does not stop the others.
 */
export function deliverPostponed(): void {
  for (let next = postponed.shift(); next; next = postponed.shift()) {
    try {
      next();
    } catch (error) {
      reportUnhandled(error);
    }
  }
}
