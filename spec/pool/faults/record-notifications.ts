/** A recorder of what a subscriber receives, which can unsubscribe, and tasks that fill the prefetch windows of a pool. */
import type { Observable } from 'rxjs';
import type { WorkerPool } from 'sluice/pool';
import { waitUntil } from '../../support/shared-memory';

export interface RecordedNotifications<T> {
  readonly items: T[];
  readonly errors: unknown[];
  completions: number;
  unsubscribe(): void;
}

/** Subscribes to `source`, and records all notifications. */
export function recordNotifications<T>(source: Observable<T>): RecordedNotifications<T> {
  const recorded: RecordedNotifications<T> = {
    items: [],
    errors: [],
    completions: 0,
    unsubscribe: () => {
      subscription.unsubscribe();
    },
  };
  const subscription = source.subscribe({
    next: (item) => recorded.items.push(item),
    error: (error: unknown) => recorded.errors.push(error),
    complete: () => {
      recorded.completions++;
    },
  });
  return recorded;
}

export const hasNoNotification = ({ items, errors, completions }: RecordedNotifications<unknown>): boolean =>
  items.length + errors.length + completions === 0;

/** Runs tiny tasks until the pool sends each thread many tasks ahead. */
export async function fillPrefetchWindows(pool: WorkerPool): Promise<void> {
  const tiny = pool.task(() => 1)();
  let isAhead = false;
  while (!isAhead) {
    const burst = Array.from({ length: 200 }, () => recordNotifications(tiny));
    await Promise.resolve(); // the pool sends tasks at the end of the turn
    isAhead = pool.stats.running >= 16 * pool.size;
    await waitUntil(() => burst.every(({ completions }) => completions === 1));
  }
  await waitUntil(() => pool.stats.running === 0);
}
