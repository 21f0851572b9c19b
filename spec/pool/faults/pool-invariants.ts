/**
 * The invariants of a pool, which hold whatever a task does: each subscriber is notified of the end exactly once, the next
 * task works, the number of threads is within its bounds, and the pool closes. Uncaught errors fail a test by themselves,
 * because jest listens for them.
 *
 * The specs of this folder inject these faults, and check the invariants after each:
 *
 * | what                     | injected fault                                                          | spec                   |
 * | ------------------------ | ----------------------------------------------------------------------- | ---------------------- |
 * | **Errors of tasks**      | errors of own classes, cyclic causes, DOMException, hostile properties  | `thrown-errors`        |
 * |                          | values that are not an Error, `null` included                           | `thrown-values`        |
 * |                          | errors and rejections outside of the task's promise, and after its end  | `late-faults`          |
 * |                          | thenables that settle twice, throw or never settle; stack overflows     | `thenables`            |
 * | **Values**               | results, items and errors that cannot be cloned                         | `uncloneable-results`  |
 * |                          | falsy values and all kinds of streams as a result                       | `result-kinds`         |
 * |                          | arguments that cannot be cloned, are hostile, or share parts            | `arguments`            |
 * |                          | arguments that have to be awaited, and never arrive                     | `awaited-arguments`    |
 * |                          | transferred buffers that are gone, shared or listed twice               | `transfers`            |
 * |                          | a task that cannot be sent, with others in its batch                    | `rejected-neighbour`   |
 * | **Functions, modules**   | functions without source, or with variables of the surrounding scope    | `function-sources`     |
 * |                          | modules that are missing, throw, hang or exit; unusual names and kinds  | `modules`              |
 * | **Threads that end**     | `process.exit`, in a task, in a timer, after a result, within a stream  | `thread-exits`         |
 * |                          | endless loops and sleeps, out of memory                                 | `endless-tasks`        |
 * |                          | calls that crash each thread they run on                                | `poisoned-tasks`       |
 * |                          | threads that do not start, or fail in `init`                            | `thread-start`         |
 * |                          | the loss of the supervisor thread                                       | `supervisor`           |
 * |                          | closed ports, removed listeners, changed prototypes and globals         | `hostile-threads`      |
 * | **Work that is left**    | timers, servers, children and output that outlive their task            | `leaks`                |
 * |                          | platform work that ends after its task                                  | `work-after-result`    |
 * |                          | Observables that go on after their task has failed                      | `observables`          |
 * | **Cancellation**         | unsubscribing at each moment of a run; aborted signals                  | `unsubscribing`        |
 * |                          | a cancelled task beside another on the same thread                      | `cancelled-neighbour`  |
 * |                          | a cancelled task that ends while this thread is busy                    | `unread-results`       |
 * |                          | streams that are cancelled before they start, or have no item           | `cancelled-streams`    |
 * |                          | one signal for ten thousand tasks                                       | `shared-signal`        |
 * |                          | timeouts in the queue, while loading, while running                     | `timeouts`             |
 * | **Load**                 | a full queue, under both overflow policies                              | `full-queue`           |
 * |                          | slow subscribers of endless streams                                     | `backpressure`         |
 * |                          | a million tasks at once                                                 | `burst`                |
 * |                          | an endless iterable on `pool.scheduler`                                 | `endless-scheduler`    |
 * | **Nested calls**         | tasks that wait for tasks of their own pool, deeper than its threads    | `nested`, `fan-out`    |
 * |                          | nested calls whose task ends, or whose pool closes, meanwhile           | `nested-jobs`, `nested-in-transit` |
 * |                          | tasks that end only when all threads run one                            | `all-threads`          |
 * |                          | tasks that were sent to one thread and run on another                   | `counted-once`         |
 * | **Re-entrancy**          | subscribers that block while they are notified                          | `reentrant-blocking`   |
 * |                          | handlers of pool events, `drain` and `close` that call the pool         | `blocking-handlers`    |
 * |                          | a blocking `get` during each of the faults above                        | `blocking-get`         |
 * | **Closing**              | closing while tasks run, twice, and from within a notification          | `closing`              |
 * |                          | closing by force while loops, loads and starts never end                | `forced-closing`       |
 * | **Calls, environments**  | repeated, retried and concurrent subscriptions of one call              | `cold-calls`           |
 * |                          | forks, worker threads, tasks of another pool, two copies of the library | `environments`         |
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
