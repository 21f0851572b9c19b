/**
 * The main thread does the same work as the pool, one file after the other, as a program without threads would.
 */
import { setImmediate } from 'node:timers/promises';
import { concatMap, type OperatorFunction } from 'rxjs';
import type { Place, Row } from './row';
import { digest } from './work';

export function onMainThread(): OperatorFunction<Place, Row> {
  return concatMap(async (place) => {
    // A turn of the event loop between two files lets signals be handled and the progress bar be redrawn.
    await setImmediate();
    return digest(place);
  });
}
