/**
 * The work on threads: a file for each that is free, and the rows in the order of the files.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { catchError, defer, finalize, of, throwError, type Observable, type OperatorFunction } from 'rxjs';
import { offload, WorkerCrashError, WorkerPool } from 'sluice/pool';
import type { Place, Row } from './row';

/** Each subscription has threads of its own, which end with it: when all is done, and when somebody unsubscribes. */
export function onThreads(size: number): OperatorFunction<Place, Row> {
  return (places$) =>
    defer(() => {
      const pool = new WorkerPool({ size, name: 'digest' });
      const work = pool.module<typeof import('./work')>(WORK);
      const digest = (place: Place): Observable<Row> => work.digest(place).pipe(catchError(unlessFatal(place)));
      return places$.pipe(
        offload(digest, { ordered: true, concurrency: size * AHEAD }),
        finalize(() => void pool.close({ force: true })),
      );
    });
}

/** Files on their way to each thread: enough that it never waits for this one. */
const AHEAD = 64;

/** A source may be too much for the memory of a thread. The pool goes on with another one, and so does the digest. */
function unlessFatal({ path }: Place): (error: unknown) => Observable<Row> {
  return (error) =>
    error instanceof WorkerCrashError
      ? of({ path, unreadable: `its thread ended: ${error.kind}` })
      : throwError(() => error);
}

const WORK = pathToFileURL(join(__dirname, 'work.ts'));
