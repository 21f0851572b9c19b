/** Memory that a spec and its tasks share, to see from here what a task does; and subscribers that may leave. */
import type { Observable } from 'rxjs';
import type { WorkerPool } from 'sluice/pool';

/** `count` numbers, all 0. */
export const sharedNumbers = (count: number): Int32Array =>
  new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));

/** Lets the event loop turn until it holds. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => void setImmediate(resolve));
}

export interface Listener<T> {
  readonly items: T[];
  readonly errors: unknown[];
  completions: number;
  leave(): void;
}

/** Subscribes, and notes all it is told. */
export function listenTo<T>(source: Observable<T>): Listener<T> {
  const listener: Listener<T> = {
    items: [],
    errors: [],
    completions: 0,
    leave: () => {
      subscription.unsubscribe();
    },
  };
  const subscription = source.subscribe({
    next: (item) => listener.items.push(item),
    error: (error: unknown) => listener.errors.push(error),
    complete: () => {
      listener.completions++;
    },
  });
  return listener;
}

export const hasHeardNothing = ({ items, errors, completions }: Listener<unknown>): boolean =>
  items.length + errors.length + completions === 0;

/** Gives the pool tiny tasks until it sends each of its threads many at a time. */
export async function sentAhead(pool: WorkerPool): Promise<void> {
  const tiny = pool.task(() => 1)();
  let isAhead = false;
  while (!isAhead) {
    const burst = Array.from({ length: 200 }, () => listenTo(tiny));
    await Promise.resolve(); // the pool sends when the turn ends
    isAhead = pool.stats.running >= 16 * pool.size;
    await until(() => burst.every(({ completions }) => completions === 1));
  }
  await until(() => pool.stats.running === 0);
}
