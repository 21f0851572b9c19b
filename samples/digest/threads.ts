/**
 * The pool digests files on several threads, or on the workers of a fleet: each free thread takes the next file, and the
 * rows keep the file order.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { catchError, defer, finalize, of, throwError, type Observable, type OperatorFunction } from 'rxjs';
import { FleetPool } from 'sluice/fleet';
import { offload, WorkerCrashError, WorkerPool, type TaskPool } from 'sluice/pool';
import type { Place, Row } from './row';

/** Operator with a pool for each subscription. The pool closes at completion, error or unsubscription. */
export const onThreads = (size: number): OperatorFunction<Place, Row> =>
  onPool(() => new WorkerPool({ size, name: 'digest' }), size * FILES_PER_THREAD);

/** Like `onThreads`, on workers that have the same files: `npx sluice worker --queue digest --modules samples/digest`. */
export const onFleet = (connection: string): OperatorFunction<Place, Row> =>
  onPool(() => new FleetPool({ connection, queue: 'digest', name: 'digest', modules: __dirname }), FILES_OF_A_FLEET);

function onPool(createPool: () => TaskPool, concurrency: number): OperatorFunction<Place, Row> {
  return (places$) =>
    defer(() => {
      const pool = createPool();
      const work = pool.module<typeof import('./work')>(WORK);
      const digest = (place: Place): Observable<Row> => work.digest(place).pipe(catchError(toUnreadableRow(place)));
      return places$.pipe(
        offload(digest, { ordered: true, concurrency }),
        finalize(() => void pool.close({ force: true })),
      );
    });
}

/** Number of files sent ahead to each thread, large enough that no thread waits for the main thread. */
const FILES_PER_THREAD = 64;
/** Number of files sent ahead to the workers of a fleet. */
const FILES_OF_A_FLEET = 1_024;

/** Turns a crash into an unreadable row: a source may exhaust the memory of a thread, which the pool then replaces. */
function toUnreadableRow({ path }: Place): (error: unknown) => Observable<Row> {
  return (error) =>
    error instanceof WorkerCrashError
      ? of({ path, unreadable: `its thread ended: ${error.kind}` })
      : throwError(() => error);
}

const WORK = pathToFileURL(join(__dirname, 'work.ts'));
