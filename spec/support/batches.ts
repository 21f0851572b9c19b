/**
 * Batch functions for diagrams: they answer with their keys in capitals.
 */
import { delay, map, of, type Observable } from 'rxjs';
import { batch, type BatchConfig, type BatchFunction } from 'sluice';

export type Ask = BatchFunction<string, string>;

export const upper = (keys: readonly string[]): string[] => keys.map((key) => key.toUpperCase());

/** Answers at once. */
export const atOnce = (config?: BatchConfig<string>): Ask => batch(upper, config);

/** Its flights take so many frames. */
export const after = (frames: number, config?: BatchConfig<string>): Ask =>
  batch((keys: readonly string[]) => of(upper(keys)).pipe(delay(frames)), config);

/** The keys of each flush, as one word. */
export const flushesOf = (ask: Ask): Observable<string> => ask.flushes$.pipe(map(({ keys }) => keys.join('')));
