/**
 * What a limiter knows of one key: its waiting calls, and the use of its bounds. A record equal to a fresh one is deleted,
 * so keys that have gone take no memory.
 *
 * A record with waiting calls is in one place: in the ring of ready keys, among the sleeping ones until a rate or a pause
 * lets a call start, or in neither, while its own concurrency is in use.
 */
import { IndexedHeap, type HeapItem } from '../core/indexed-heap';
import type { QueueLinks } from '../core/linked-queue';
import { BoundsInUse } from './bounds-in-use';
import type { LimitedRun } from './limited-run';

export const startsBefore = (one: LimitedRun, other: LimitedRun): boolean =>
  one.rank > other.rank || (one.rank === other.rank && one.sequence < other.sequence);

export class KeyRecord extends BoundsInUse implements QueueLinks, HeapItem {
  queuedBefore: QueueLinks | undefined;
  queuedAfter: QueueLinks | undefined;
  isQueued = false;
  heapIndex = -1;
  /** When a sleeping key may start a call, or when its record can be deleted. */
  wakeAt = 0;
  /** The order of sleeping keys with the same time. */
  sleepNumber = 0;
  readonly waiting = new IndexedHeap<LimitedRun>(startsBefore);

  constructor(readonly key: unknown) {
    super();
  }
}

export const wakesBefore = (one: KeyRecord, other: KeyRecord): boolean =>
  one.wakeAt < other.wakeAt || (one.wakeAt === other.wakeAt && one.sleepNumber < other.sleepNumber);
