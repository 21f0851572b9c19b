/** Recorders of what a subscriber receives, and shared memory through which a spec and its tasks see each other. */
import type { Observable } from 'rxjs';
import type { WorkerPool } from 'sluice/pool';

/** `count` integers in shared memory, all 0. */
export const sharedNumbers = (count: number): Int32Array =>
  new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));

/** Resolves when `condition` holds; the event loop runs meanwhile. */
export async function waitUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => void setImmediate(resolve));
}

export interface RecordedEvents<T> {
  readonly items: T[];
  readonly errors: unknown[];
  completions: number;
  unsubscribe(): void;
}

/** Subscribes to `source`, and records all notifications. */
export function recordEvents<T>(source: Observable<T>): RecordedEvents<T> {
  const recorded: RecordedEvents<T> = {
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

export const hasNoNotification = ({ items, errors, completions }: RecordedEvents<unknown>): boolean =>
  items.length + errors.length + completions === 0;

/** Runs tiny tasks until the pool sends each thread many tasks ahead. */
export async function fillPrefetchWindows(pool: WorkerPool): Promise<void> {
  const tiny = pool.task(() => 1)();
  let isAhead = false;
  while (!isAhead) {
    const burst = Array.from({ length: 200 }, () => recordEvents(tiny));
    await Promise.resolve(); // the pool sends tasks at the end of the turn
    isAhead = pool.stats.running >= 16 * pool.size;
    await waitUntil(() => burst.every(({ completions }) => completions === 1));
  }
  await waitUntil(() => pool.stats.running === 0);
}
