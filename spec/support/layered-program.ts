/**
 * Random programs in the form of real ones: a few functions, each a sequence of loads and of concurrent calls of functions
 * below it, called for several keys at once. The same function runs for many keys, so that its loads can be batched.
 */
import { delay, of } from 'rxjs';
import { all, batch, task, type FlushPolicy, type Future } from 'sluice';
import { virtualScheduler } from './virtual-time';

export interface LayeredProgram {
  readonly tables: number;
  /** Each calls only functions after it. */
  readonly functions: readonly (readonly LayeredStep[])[];
  /** Run at once. */
  readonly roots: readonly { readonly called: number; readonly key: number }[];
}

type LayeredStep =
  | { readonly does: 'load'; readonly table: number }
  | { readonly does: 'call'; readonly called: number; readonly width: number };

/** Programs from a seed: the same in each run. */
export function layeredPrograms(count: number, seed: number): LayeredProgram[] {
  const upTo = chance(seed);
  return Array.from({ length: count }, () => layeredProgram(upTo));
}

function layeredProgram(upTo: (limit: number) => number): LayeredProgram {
  const between = (least: number, most: number): number => least + upTo(most - least + 1);
  const times = <T>(count: number, make: (index: number) => T): T[] =>
    Array.from({ length: count }, (_, index) => make(index));
  const tables = between(2, 4);
  const count = between(2, 4);
  const step = (caller: number): LayeredStep =>
    caller + 1 < count && upTo(3) === 0
      ? { does: 'call', called: between(caller + 1, count - 1), width: between(1, 3) }
      : { does: 'load', table: upTo(tables) };
  return {
    tables,
    functions: times(count, (caller) => times(between(1, 3), () => step(caller))),
    roots: times(between(2, 5), (key) => ({ called: upTo(count), key })),
  };
}

export interface LayeredAccount {
  readonly trips: number;
  /** Number of different times of flushes: all flights take the same time. */
  readonly rounds: number;
  readonly result: unknown;
}

/** Runs a program under a policy, with flights of 1 ms. The value of a key is the key plus one. */
export function performLayered({ tables, functions, roots }: LayeredProgram, policy: FlushPolicy): LayeredAccount {
  const { clock, scheduler } = virtualScheduler({ policy });
  const loads = Array.from({ length: tables }, (_, table) =>
    batch((keys: readonly number[]) => of(keys.map((key) => key + 1)).pipe(delay(1, clock)), {
      name: `table ${table}`,
    }),
  );
  const call: (called: number, key: number) => Future<unknown> = task(function* (
    called: number,
    key: number,
  ): Generator<unknown, unknown, unknown> {
    const values: unknown[] = [];
    for (const step of functions[called] ?? []) {
      if (step.does === 'load') values.push(yield loads[step.table]?.(key));
      else values.push(yield all(Array.from({ length: step.width }, (_, index) => call(step.called, key * 3 + index))));
    }
    return values;
  });
  const flushTimes: number[] = [];
  let result: unknown;
  scheduler.events$.subscribe(({ type, at }) => type === 'flush' && flushTimes.push(at));
  scheduler.schedule(() => {
    all(roots.map(({ called, key }) => call(called, key))).subscribe((values) => (result = values));
  });
  clock.flush();
  return { trips: flushTimes.length, rounds: new Set(flushTimes).size, result };
}

/** Random whole numbers below a limit, each equally likely. The generator is mulberry32. */
function chance(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}
