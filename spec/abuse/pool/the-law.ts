/**
 * What holds of the pool whatever a task does: each caller is told exactly once how it ended, the next task works, there
 * are as many threads as there should be, and the pool closes. Errors that nobody caught fail the test by themselves:
 * jest listens for them.
 */
import { config, filter, firstValueFrom, type Observable } from 'rxjs';
import type { PoolEvent, WorkerPool } from 'sluice/pool';

/** What a subscriber was told, so far. */
export interface Told<T> {
  readonly items: readonly T[];
  /** How often it was told of the end. */
  readonly ends: number;
  readonly error: unknown;
  readonly isError: boolean;
}

export interface Witness {
  /** Subscribes, and comes back at the first word of the end; further words are counted until the law is checked. */
  <T>(source: Observable<T>): Promise<Told<T>>;
}

/** The bounds that its threads must be within. */
interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** Runs the row, checks the law, and leaves the pool open for the next row. */
export async function lawful(
  pool: WorkerPool,
  row: (witness: Witness) => unknown,
  { min, max }: Bounds = { min: pool.size, max: pool.size },
): Promise<void> {
  const told: Told<unknown>[] = [];
  const late = await wordsTooLate(async () => {
    await row((source) => witnessed(source, told));
    expect(await pool.do(() => 'next')).toBe('next');
    await turn();
  });
  for (const { ends } of told) expect(ends).toBe(1);
  expect(late).toEqual([]);
  expect(pool.stats.queued).toBe(0);
  expect(pool.stats.threads).toBeGreaterThanOrEqual(min);
  expect(pool.stats.threads).toBeLessThanOrEqual(max);
}

/** As `lawful`, and then the pool closes; afterwards it has no thread. */
export async function lawfulToTheEnd(
  pool: WorkerPool,
  row: (witness: Witness) => unknown,
  bounds?: Bounds,
): Promise<void> {
  await lawful(pool, row, bounds);
  await pool.close();
  expect(pool.stats.threads).toBe(0);
  // Threads end, and ports close, in turns of their own.
  while (process.getActiveResourcesInfo().some((resource) => /^(MessagePort|Worker)$/i.test(resource))) await turn();
}

/** The error of a source that gives nothing else. */
export async function errorOf(witness: Witness, source: Observable<unknown>): Promise<Error & Record<string, unknown>> {
  const { items, isError, error } = await witness(source);
  expect({ items, isError }).toEqual({ items: [], isError: true });
  expect(error).toBeInstanceOf(Error);
  return error as Error & Record<string, unknown>;
}

/** The next of these events. */
export const eventOf = (pool: WorkerPool, type: PoolEvent['type']): Promise<unknown> =>
  firstValueFrom(pool.events$.pipe(filter((event) => event.type === type)));

/** What was said in this turn has been heard in the next. */
const turn = (): Promise<void> => new Promise((resolve) => void setTimeout(() => setImmediate(resolve)));

/** A subscriber that has been told of the end hears no more: only RxJS itself knows what else it would have been told. */
async function wordsTooLate(work: () => Promise<void>): Promise<readonly unknown[]> {
  const late: unknown[] = [];
  config.onStoppedNotification = (notification) => late.push(notification);
  try {
    await work();
  } finally {
    config.onStoppedNotification = null;
  }
  return late;
}

function witnessed<T>(source: Observable<T>, told: Told<unknown>[]): Promise<Told<T>> {
  const items: T[] = [];
  const mine = { items, ends: 0, error: undefined as unknown, isError: false };
  told.push(mine);
  return new Promise((resolve) => {
    const ended = (isError: boolean, error?: unknown): void => {
      mine.ends++;
      Object.assign(mine, { isError, error });
      resolve(mine);
    };
    source.subscribe({
      next: (item) => items.push(item),
      error: (error: unknown) => {
        ended(true, error);
      },
      complete: () => {
        ended(false);
      },
    });
  });
}
