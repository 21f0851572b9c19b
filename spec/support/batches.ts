/** Batch functions for marble diagrams: the value of a key is the key in capitals. */
import { delay, map, of, type Observable } from 'rxjs';
import { batch, type BatchConfig, type BatchFunction } from 'sluice';

export type Ask = BatchFunction<string, string>;

export const upper = (keys: readonly string[]): string[] => keys.map((key) => key.toUpperCase());

/** A batch function that resolves synchronously. */
export const atOnce = (config?: BatchConfig<string>): Ask => batch(upper, config);

/** A batch function whose flights take `frames`. */
export const after = (frames: number, config?: BatchConfig<string>): Ask =>
  batch((keys: readonly string[]) => of(upper(keys)).pipe(delay(frames)), config);

/** The keys of each flush, joined to one word. */
export const flushesOf = (ask: Ask): Observable<string> => ask.flushes$.pipe(map(({ keys }) => keys.join('')));
