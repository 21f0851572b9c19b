/**
 * A digest emits one row for each file of a folder. The work on a file starts while the walk still finds others.
 */
import { defer, from, type Observable } from 'rxjs';
import { onMainThread } from './main-thread';
import { Progress, type Screen } from './progress';
import type { Row } from './row';
import { onFleet, onThreads } from './threads';
import { walk } from './walk';

/** @param fleet the URL of the Redis of a fleet, which does the work then */
export function digest(folder: string, threads: number, screen: Screen, fleet?: string): Observable<Row> {
  return defer(() => {
    const local = threads === 0 ? onMainThread() : onThreads(threads);
    const work = fleet === undefined ? local : onFleet(fleet);
    const progress = new Progress('digest', screen);
    return from(walk(folder)).pipe(progress.found(), work, progress.done());
  });
}
