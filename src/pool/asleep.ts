/** This thread asleep in a `block`: while one pool is waited for, all go on. */
import { timeLeft } from '../scheduler/deadline';
import type { Deadlines } from './deadlines';
import type { Platform } from './platform';

export interface Sleeper {
  readonly deadlines: Deadlines;
  /** It has nothing to do, so that nobody waits for its deadlines. */
  readonly isQuiet: boolean;
  /** A thread of it may send something. */
  readonly isUnderWay: boolean;
  readonly isArmed: boolean;
  turn(): void;
}

/** All pools that may have threads. */
export const sleepers = new Set<Sleeper>();

/** Sleeps until something has come, or somebody's time is over; false where nothing ever will. */
export function sleepOn(platform: Platform): boolean {
  let untilNext = Infinity;
  for (const sleeper of sleepers) {
    sleeper.turn();
    if (sleeper.deadlines.untilNext === 0) platform.sleep(0);
    if (sleeper.deadlines.fireDue()) return true;
    if (!sleeper.isQuiet) untilNext = Math.min(untilNext, sleeper.deadlines.untilNext);
  }
  if ([...sleepers].some(({ isArmed }) => isArmed)) return true;
  if (untilNext === Infinity && ![...sleepers].some(({ isUnderWay }) => isUnderWay)) return false;
  return platform.sleep(Math.min(untilNext, timeLeft()));
}
