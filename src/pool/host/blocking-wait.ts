/** The blocking wait stops this thread until a pool has a message. Meanwhile it drives all pools, not only the awaited one. */
import { remainingMs } from '../../scheduler/deadline';
import type { Timers } from '../thread/timers';
import type { Platform } from '../thread/platform';

export interface BlockingPool {
  readonly timers: Timers;
  /** Whether the pool has no work, so that its timers need not wake this thread. */
  readonly isIdle: boolean;
  /** Whether a thread of the pool may send a message. */
  readonly awaitsMessages: boolean;
  readonly isTurnRequested: boolean;
  turn(): void;
}

/** All pools that are not closed. */
export const blockingPools = new Set<BlockingPool>();

/** Blocks until a message arrives or a timer is due. Returns false if neither can ever happen. */
export function blockUntilMessage(platform: Platform): boolean {
  let msUntilNext = Infinity;
  for (const pool of blockingPools) {
    pool.turn();
    if (pool.timers.msUntilNext === 0) platform.block(0);
    if (pool.timers.fireDue()) return true;
    if (!pool.isIdle) msUntilNext = Math.min(msUntilNext, pool.timers.msUntilNext);
  }
  const pools = [...blockingPools];
  if (pools.some(({ isTurnRequested }) => isTurnRequested)) return true;
  if (msUntilNext === Infinity && !pools.some(({ awaitsMessages }) => awaitsMessages)) return false;
  return platform.block(Math.min(msUntilNext, remainingMs()));
}
