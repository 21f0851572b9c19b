/**
 * The invariants of a pool, which hold whatever a task does: each subscriber is notified of the end exactly once, the next
 * task works, the number of threads is within its bounds, and the pool closes. Uncaught errors fail a test by themselves,
 * because jest listens for them.
 *
 * `README.md` lists the faults that the specs of this folder inject. The invariants are checked after each.
 */
import { config, filter, firstValueFrom, type Observable } from 'rxjs';
import type { PoolEvent, WorkerPool } from 'sluice/pool';

/** The notifications that a subscriber has received. */
export interface Recording<T> {
  readonly items: readonly T[];
  /** Number of `error` and `complete` notifications. */
  readonly ends: number;
  readonly error: unknown;
  readonly isError: boolean;
}

export interface Recorder {
  /** Subscribes, and resolves at the end of the source. Later notifications are counted until the invariants are checked. */
  <T>(source: Observable<T>): Promise<Recording<T>>;
}

/** The bounds of the number of threads. */
interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** Runs `scenario` and checks the invariants. The pool stays open for the next scenario. */
export async function expectInvariants(
  pool: WorkerPool,
  scenario: (record: Recorder) => unknown,
  { min, max }: Bounds = { min: pool.size, max: pool.size },
): Promise<void> {
  const recordings: Recording<unknown>[] = [];
  const late = await collectLateNotifications(async () => {
    await scenario((source) => recordInto(recordings, source));
    expect(await pool.do(() => 'next')).toBe('next');
    await nextTurn();
  });
  for (const { ends } of recordings) expect(ends).toBe(1);
  expect(late).toEqual([]);
  expect(pool.stats.queued).toBe(0);
  expect(pool.stats.threads).toBeGreaterThanOrEqual(min);
  expect(pool.stats.threads).toBeLessThanOrEqual(max);
}

/** Like `expectInvariants`; then closes the pool, which has no thread afterwards. */
export async function expectInvariantsAndClose(
  pool: WorkerPool,
  scenario: (record: Recorder) => unknown,
  bounds?: Bounds,
): Promise<void> {
  await expectInvariants(pool, scenario, bounds);
  await pool.close();
  expect(pool.stats.threads).toBe(0);
  // Threads end, and ports close, in later turns of the event loop.
  while (process.getActiveResourcesInfo().some((resource) => /^(MessagePort|Worker)$/i.test(resource)))
    await nextTurn();
}

/** The error of a source that emits nothing else. */
export async function errorOf(record: Recorder, source: Observable<unknown>): Promise<Error & Record<string, unknown>> {
  const { items, isError, error } = await record(source);
  expect({ items, isError }).toEqual({ items: [], isError: true });
  expect(error).toBeInstanceOf(Error);
  return error as Error & Record<string, unknown>;
}

/** The next pool event of this type. */
export const eventOf = (pool: WorkerPool, type: PoolEvent['type']): Promise<unknown> =>
  firstValueFrom(pool.events$.pipe(filter((event) => event.type === type)));

/** Messages that were sent in this turn have arrived in the next. */
const nextTurn = (): Promise<void> => new Promise((resolve) => void setTimeout(() => setImmediate(resolve)));

/** Subscribers are closed after their end, so only RxJS itself sees a further notification. */
async function collectLateNotifications(work: () => Promise<void>): Promise<readonly unknown[]> {
  const late: unknown[] = [];
  config.onStoppedNotification = (notification) => late.push(notification);
  try {
    await work();
  } finally {
    config.onStoppedNotification = null;
  }
  return late;
}

function recordInto<T>(recordings: Recording<unknown>[], source: Observable<T>): Promise<Recording<T>> {
  const items: T[] = [];
  const recording = { items, ends: 0, error: undefined as unknown, isError: false };
  recordings.push(recording);
  return new Promise((resolve) => {
    const onEnd = (isError: boolean, error?: unknown): void => {
      recording.ends++;
      Object.assign(recording, { isError, error });
      resolve(recording);
    };
    source.subscribe({
      next: (item) => items.push(item),
      error: (error: unknown) => {
        onEnd(true, error);
      },
      complete: () => {
        onEnd(false);
      },
    });
  });
}
