/**
 * A result is told to those who wait for it before whoever told it goes on, and one of them may pass it on to others: in
 * a long chain each on the native stack of the one before. So deep that may nest; what is further down the chain stands
 * in a line, which the deepest works off: all have been told when the first call comes back, unless one of them throws; the
 * rest is told in a microtask then.
 */
import { reportUnhandled } from '../core/rx';
import { Fifo } from '../core/fifo';
import type { RunQueue } from '../scheduler/run-queue';

const DEEPEST_NESTING = 100;

const line = new Fifo<() => void>();
let nesting = 0;

/** `runQueue` is given where `tell` must run in a drive of that queue: the line may be worked off in another drive. */
export function tellInTurn(tell: () => void, runQueue?: RunQueue): void {
  if (nesting === DEEPEST_NESTING) {
    line.push(runQueue ? () => runQueue.drive(tell) : tell);
    return;
  }
  nesting++;
  try {
    tell();
    if (nesting === DEEPEST_NESTING) tellRest();
  } finally {
    nesting--;
    // A `tell` has thrown, or the native stack has overflown, before the line was worked off.
    if (nesting === 0 && line.length > 0) void Promise.resolve().then(tellRest);
  }
}

/**
 * Tells all who stand in the line: for whoever cannot go on before they have been told, as `block` in the deepest call.
 * What one of them throws keeps none of the others from being told.
 */
export function tellRest(): void {
  for (let next = line.shift(); next; next = line.shift()) {
    try {
      next();
    } catch (error) {
      reportUnhandled(error);
    }
  }
}
