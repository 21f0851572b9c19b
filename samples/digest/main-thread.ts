/**
 * The same work on the main thread, one file after the other: what a program does that has no threads.
 */
import { setImmediate } from 'node:timers/promises';
import { concatMap, type OperatorFunction } from 'rxjs';
import type { Place, Row } from './row';
import { digest } from './work';

export function onMainThread(): OperatorFunction<Place, Row> {
  return concatMap(async (place) => {
    // Without a turn of the event loop between two files nobody would hear Ctrl-C, or see the progress bar move.
    await setImmediate();
    return digest(place);
  });
}
