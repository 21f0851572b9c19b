/** A broadcast may also run on the threads that a pool starts later: each gets a call of its own before its first task. */
import type { Observable } from 'rxjs';
import { whenAborted } from '../../core/abort-listeners';
import type { RunThread } from './dispatch';
import type { PoolEngine } from './pool-engine';

/** Starts the call of `callOn` for each thread that is started from now on, until the signal aborts or the pool has closed. */
export function callOnNewWorkers(
  engine: PoolEngine,
  callOn: (thread: RunThread) => Observable<unknown>,
  signal: AbortSignal | undefined,
): void {
  if (signal?.aborted) return;
  const call = (thread: RunThread): void => {
    callOn(thread).subscribe({
      error: (error: unknown) => {
        if (thread.state === 'ready') engine.onFault(thread, error);
      },
    });
  };
  const spawns = engine.events.subscribe(({ type, thread: id }) => {
    const thread = type === 'spawn' ? engine.workers.threads.find((started) => started.id === id) : undefined;
    if (thread) call(thread);
  });
  if (!signal) return;
  spawns.add(
    whenAborted(signal, () => {
      spawns.unsubscribe();
    }),
  );
}
