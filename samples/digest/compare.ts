/**
 * The comparison does the same work three times: on one thread, on several, and on the main thread. The measured times
 * are valid only if all three gave the same rows.
 */
import { isDeepStrictEqual } from 'node:util';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import {
  catchError,
  concat,
  defer,
  EMPTY,
  from,
  ignoreElements,
  map,
  mergeMap,
  toArray,
  type Observable,
  type OperatorFunction,
} from 'rxjs';
import { onMainThread } from './main-thread';
import { Progress, type Screen } from './progress';
import { counted } from './quantities';
import type { Place, Row } from './row';
import { onThreads } from './threads';
import { totalsOf, type Totals } from './totals';

export interface Comparison {
  /** Measurements by way of working; the main thread is the last. */
  readonly ways: readonly Measured[];
  /** True if all ways gave the same rows, in the same order. */
  readonly identical: boolean;
  readonly totals: Totals;
}

export interface Measured {
  readonly way: string;
  readonly seconds: number;
  readonly filesPerSecond: number;
  readonly megabytesPerSecond: number;
}

type Way = readonly [name: string, work: OperatorFunction<Place, Row>];

export function compare(places: readonly Place[], threads: number, screen: Screen): Observable<Comparison> {
  const sizes = threads > 1 ? [1, threads] : [1];
  const ways: readonly Way[] = [
    ...sizes.map((size): Way => [counted(size, 'thread', 'threads'), onThreads(size)]),
    ['main thread', onMainThread()],
  ];
  return concat(fillDiskCache(places), ...ways.map((way) => measured(way, places, screen))).pipe(
    toArray(),
    map(comparisonOf),
  );
}

/** Reads all files into the disk cache before the first way runs, which would otherwise be the only one to wait. */
function fillDiskCache(places: readonly Place[]): Observable<never> {
  return from(places).pipe(
    mergeMap((place) => from(read(place)).pipe(catchError(() => EMPTY)), 8),
    ignoreElements(),
  );
}

async function read({ folder, path }: Place): Promise<void> {
  const file = join(folder, path);
  if ((await stat(file)).isFile()) await finished(createReadStream(file).resume());
}

interface Run extends Measured {
  readonly rows: readonly Row[];
}

function measured([way, work]: Way, places: readonly Place[], screen: Screen): Observable<Run> {
  return defer(() => {
    const progress = new Progress(way, screen);
    const start = performance.now();
    return from(places).pipe(
      progress.found(),
      work,
      progress.done(),
      toArray(),
      map((rows) => {
        const seconds = (performance.now() - start) / 1000;
        const { bytes } = totalsOf(rows);
        return {
          way,
          seconds,
          filesPerSecond: rows.length / seconds,
          megabytesPerSecond: bytes / 1e6 / seconds,
          rows,
        };
      }),
    );
  });
}

function comparisonOf(runs: readonly Run[]): Comparison {
  const [first, ...others] = runs.map(({ rows }) => rows);
  return {
    ways: runs.map(({ way, seconds, filesPerSecond, megabytesPerSecond }) => ({
      way,
      seconds,
      filesPerSecond,
      megabytesPerSecond,
    })),
    identical: others.every((rows) => isDeepStrictEqual(rows, first)),
    totals: totalsOf(first ?? []),
  };
}
