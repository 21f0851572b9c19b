/** This thread asleep in a `block`: while one pool is waited for, all go on. */
import { timeLeft } from '../../scheduler/deadline';
import type { Timers } from '../thread/timers';
import type { Platform } from '../thread/platform';

export interface BlockingPool {
  readonly timers: Timers;
  /** It has nothing to do, so that nobody waits for its deadlines. */
  readonly isQuiet: boolean;
  /** A thread of it may send something. */
  readonly isUnderWay: boolean;
  readonly isArmed: boolean;
  turn(): void;
}

/** All pools that may have threads. */
export const blockingPools = new Set<BlockingPool>();

/** Sleeps until something has come, or somebody's time is over; false where nothing ever will. */
export function blockUntilMessage(platform: Platform): boolean {
  let untilNext = Infinity;
  for (const sleeper of blockingPools) {
    sleeper.turn();
    if (sleeper.timers.untilNext === 0) platform.block(0);
    if (sleeper.timers.fireDue()) return true;
    if (!sleeper.isQuiet) untilNext = Math.min(untilNext, sleeper.timers.untilNext);
  }
  if ([...blockingPools].some(({ isArmed }) => isArmed)) return true;
  if (untilNext === Infinity && ![...blockingPools].some(({ isUnderWay }) => isUnderWay)) return false;
  return platform.block(Math.min(untilNext, timeLeft()));
}
