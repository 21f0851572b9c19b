/**
 * A digest emits one row for each file of a folder. The work on a file starts while the walk still finds others.
 */
import { defer, from, type Observable } from 'rxjs';
import { onMainThread } from './main-thread';
import { Progress, type Screen } from './progress';
import type { Row } from './row';
import { onThreads } from './threads';
import { walk } from './walk';

export function digest(folder: string, threads: number, screen: Screen): Observable<Row> {
  return defer(() => {
    const work = threads === 0 ? onMainThread() : onThreads(threads);
    const progress = new Progress('digest', screen);
    return from(walk(folder)).pipe(progress.found(), work, progress.done());
  });
}
