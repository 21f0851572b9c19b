/**
 * A broadcast runs a function once on every thread that takes tasks. It may also run on the threads that the pool starts
 * later: each gets a call of its own before its first task.
 */
import type { Observable } from 'rxjs';
import { whenAborted } from '../../core/abort-listeners';
import type { RunThread } from './dispatch';
import type { PoolEngine } from './pool-engine';

interface BroadcastOptions {
  readonly futureThreads: boolean;
  /** Its abort ends the calls on future threads. */
  readonly signal: AbortSignal | undefined;
}

/** Returns the calls of all threads, and starts those of future threads by itself. */
export function callOnThreads<C extends Observable<unknown>>(
  engine: PoolEngine,
  callOn: (thread: RunThread) => C,
  { futureThreads, signal }: BroadcastOptions,
): C[] {
  const { workers } = engine;
  workers.retryStart();
  workers.ensureWorkers(engine.queued);
  const calls = workers.activeWorkers.map(callOn);
  if (futureThreads && !signal?.aborted) callOnNewThreads(engine, callOn, signal);
  return calls;
}

/** Starts a call on each new thread, until the signal aborts or the pool has closed. */
function callOnNewThreads(
  engine: PoolEngine,
  callOn: (thread: RunThread) => Observable<unknown>,
  signal: AbortSignal | undefined,
): void {
  const onFailed = (thread: RunThread, error: unknown): void => {
    if (engine.isClosedByForce || signal?.aborted) return;
    // The next thread would fail in the same way, so this counts as a failed start.
    thread.hasWorked = false;
    if (thread.isActive) engine.onFault(thread, error);
  };
  const call = (thread: RunThread): void => {
    callOn(thread).subscribe({
      error: (error: unknown) => {
        onFailed(thread, error);
      },
    });
  };
  const spawns = engine.events.subscribe(({ type, thread: id }) => {
    const thread = type === 'spawn' ? engine.workers.threads.find((started) => started.id === id) : undefined;
    if (thread) call(thread);
  });
  if (signal)
    spawns.add(
      whenAborted(signal, () => {
        spawns.unsubscribe();
      }),
    );
}
