/**
 * The pool digests files on several threads: each free thread takes the next file, and the rows keep the file order.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { catchError, defer, finalize, of, throwError, type Observable, type OperatorFunction } from 'rxjs';
import { offload, WorkerCrashError, WorkerPool } from 'sluice/pool';
import type { Place, Row } from './row';

/** Operator with a pool for each subscription. The pool closes at completion, error or unsubscription. */
export function onThreads(size: number): OperatorFunction<Place, Row> {
  return (places$) =>
    defer(() => {
      const pool = new WorkerPool({ size, name: 'digest' });
      const work = pool.module<typeof import('./work')>(WORK);
      const digest = (place: Place): Observable<Row> => work.digest(place).pipe(catchError(toUnreadableRow(place)));
      return places$.pipe(
        offload(digest, { ordered: true, concurrency: size * FILES_PER_THREAD }),
        finalize(() => void pool.close({ force: true })),
      );
    });
}

/** Number of files sent ahead to each thread, large enough that no thread waits for the main thread. */
const FILES_PER_THREAD = 64;

/** Turns a crash into an unreadable row: a source may exhaust the memory of a thread, which the pool then replaces. */
function toUnreadableRow({ path }: Place): (error: unknown) => Observable<Row> {
  return (error) =>
    error instanceof WorkerCrashError
      ? of({ path, unreadable: `its thread ended: ${error.kind}` })
      : throwError(() => error);
}

const WORK = pathToFileURL(join(__dirname, 'work.ts'));
