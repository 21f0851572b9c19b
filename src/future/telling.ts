/**
 * A value tells those who wait for it before its `set` comes back, and one of them may be a value that others wait for.
 * So deep that may nest on the native stack; those further down a long chain stand in a line, which the deepest works
 * off: all have been told when the first `set` comes back.
 */
import { Fifo } from '../scheduler/fifo';

const DEEPEST_NESTING = 100;

const line = new Fifo<() => void>();
let nesting = 0;

export function tellInTurn(tell: () => void): void {
  if (nesting === DEEPEST_NESTING) {
    line.push(tell);
    return;
  }
  nesting++;
  try {
    tell();
    if (nesting === DEEPEST_NESTING) for (let next = line.shift(); next; next = line.shift()) next();
  } finally {
    nesting--;
  }
}
