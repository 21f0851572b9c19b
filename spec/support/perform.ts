/**
 * Performs a random program on a scheduler of its own, on virtual time, and gives an account of what happened.
 */
import {
  concatMap,
  delay,
  finalize,
  from,
  ignoreElements,
  of,
  Subscription,
  tap,
  timer,
  VirtualTimeScheduler,
  type SchedulerLike,
} from 'rxjs';
import {
  all,
  batch,
  BatchScheduler,
  flushAll,
  Future,
  largestFirst,
  task,
  type BatchFunction,
  type Flush,
} from 'sluice';
import type { BatchTraits, Program, Step, TaskTree } from './program';

export interface Account {
  /** A line for each flush: when, of which batch function, with which keys. */
  readonly flushes: string[];
  /** A line for each landing. */
  readonly landings: string[];
  /** What was wrong with a flush, in words. */
  readonly faults: string[];
  /** For each root, what its subscriber was told, and whether he left. */
  readonly roots: { readonly signals: Signal[]; hasLeft: boolean }[];
  /** The tasks that were begun, by number. */
  readonly begun: number[];
  /** Those whose `finally` block was begun. */
  readonly leaving: number[];
  /** Those whose `finally` block was begun because they were cancelled. */
  readonly cut: number[];
  /** Those whose `finally` block was ended. */
  readonly left: number[];
}

export type Signal = { readonly value: unknown } | { readonly error: string } | 'complete';

/** For a program without promises: all of it is over when this returns. */
export function perform(program: Program): Account {
  const clock = new VirtualTimeScheduler();
  const account = begin(program, clock);
  clock.flush();
  return account;
}

/** For any program: in every frame the microtask queue drains. */
export async function performWithPromises(program: Program): Promise<Account> {
  const clock = new VirtualTimeScheduler();
  const account = begin(program, clock);
  for (let frame = 0, idle = 0; idle < 2; frame++) {
    clock.maxFrames = clock.frame = frame;
    do {
      clock.flush();
      await new Promise((resolve) => setImmediate(resolve));
    } while (clock.actions[0] && clock.actions[0].delay <= frame);
    idle = clock.actions.length === 0 ? idle + 1 : 0;
  }
  return account;
}

const NAMES = ['p', 'q', 'r'];

/** Programs name any of three batch functions, and may have fewer. */
export const batchIndexOf = ({ batches }: Program, index: number): number => index % batches.length;
export const nameOf = (batchIndex: number): string => NAMES[batchIndex] ?? '';
export const valueOf = (batchIndex: number, key: string): string => `${nameOf(batchIndex)}(${key})`;
export const errorOf = (batchIndex: number, key: string): string => `no ${valueOf(batchIndex, key)}`;
export const partitionOf = (key: string): string => (key < 'c' ? 'early' : 'late');

/** Somebody waits for this key. */
interface Wait {
  readonly batchIndex: number;
  readonly key: string;
}

function begin(program: Program, clock: SchedulerLike): Account {
  const policy = program.policy === 'flushAll' ? flushAll : largestFirst;
  const scheduler = new BatchScheduler({ clock, policy });
  const waiting = new Set<Wait>();
  const account: Account = {
    flushes: [],
    landings: [],
    faults: [],
    roots: program.roots.map(() => ({ signals: [], hasLeft: false })),
    begun: [],
    leaving: [],
    cut: [],
    left: [],
  };
  scheduler.events$.subscribe(({ type, batch: name, keys, at }) => {
    (type === 'flush' ? account.flushes : account.landings).push(`${at} ${name}(${keys.join('')})`);
  });
  const asks = program.batches.map((traits, batchIndex) =>
    batchFunction(traits, { batchIndex, clock, waiting, faults: account.faults }),
  );
  const run = taskFunction({ program, clock, asks, waiting, account });
  beginRoots(program, { scheduler, account, run });
  return account;
}

function batchFunction(
  traits: BatchTraits,
  site: { batchIndex: number; clock: SchedulerLike; waiting: ReadonlySet<Wait>; faults: string[] },
): BatchFunction<string, string> {
  const { batchIndex, clock, waiting, faults } = site;
  const name = nameOf(batchIndex);
  const inFlight = new Set<object>();
  const check = (keys: readonly string[]): void => {
    const blame = (fault: string): void => void faults.push(`${name}(${keys.join('')}) ${fault}`);
    if (keys.length === 0) blame('is empty');
    if (new Set(keys).size < keys.length) blame('has a key twice');
    if (keys.length > traits.maxSize) blame(`has more than ${traits.maxSize} keys`);
    if (traits.isPartitioned && new Set(keys.map(partitionOf)).size > 1) blame('has keys of two partitions');
    if (inFlight.size > traits.concurrency) blame(`is one of ${inFlight.size} in flight`);
    for (const key of keys) {
      const isWanted = [...waiting].some((wait) => wait.batchIndex === batchIndex && wait.key === key);
      if (!isWanted) blame(`has ${key}, for which nobody waits`);
    }
  };
  const answer = (keys: readonly string[]): (string | Error)[] =>
    keys.map((key) => (traits.failing.includes(key) ? new Error(errorOf(batchIndex, key)) : valueOf(batchIndex, key)));
  const settle = (key: string, flush: Flush<string, string>): void => {
    if (traits.failing.includes(key)) flush.fail(key, new Error(errorOf(batchIndex, key)));
    else flush.succeed(key, valueOf(batchIndex, key));
  };
  const resolve = (keys: readonly string[], flush: Flush<string, string>) => {
    const flight = {};
    inFlight.add(flight);
    const land = (): boolean => inFlight.delete(flight);
    flush.signal.addEventListener('abort', land);
    check(keys);
    switch (traits.answers) {
      case 'at once':
        land();
        return answer(keys);
      case 'by Observable':
        return of(answer(keys)).pipe(delay(traits.takes, clock), tap(land));
      case 'key by key':
        return from(keys).pipe(
          concatMap((key) => timer(traits.takes, clock).pipe(tap(() => settle(key, flush)))),
          ignoreElements(),
          tap({ complete: land }),
        );
      case 'by promise':
        return turns(traits.takes).then(() => (land(), answer(keys)));
    }
  };
  return batch<string, string>(resolve, {
    name,
    maxSize: traits.maxSize,
    concurrency: traits.concurrency,
    window: traits.window,
    hold: traits.hold,
    cache: traits.hasCache,
    ...(traits.isPartitioned && { partition: partitionOf }),
  });
}

async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await Promise.resolve();
}

type Run = (tree: TaskTree) => Future<unknown>;

function taskFunction(site: {
  program: Program;
  clock: SchedulerLike;
  asks: readonly BatchFunction<string, string>[];
  waiting: Set<Wait>;
  account: Account;
}): Run {
  const { program, clock, asks, waiting, account } = site;

  const ask = (batchIndex: number, key: string): Future<string> =>
    asks[batchIndex]?.(key) ?? Future.fail(new Error('no such batch function'));

  /** With a pipe around it, that knows by itself who waits. */
  const pipedAsk = (wait: Wait): Future<string> =>
    Future.defer(() => {
      waiting.add(wait);
      return ask(wait.batchIndex, wait.key).pipe(finalize(() => waiting.delete(wait)));
    });

  const futureOf = (step: Step): Future<unknown> => {
    switch (step.does) {
      case 'ask': {
        const batchIndex = batchIndexOf(program, step.batch);
        return step.isPiped ? pipedAsk({ batchIndex, key: step.key }) : ask(batchIndex, step.key);
      }
      case 'all':
        return all(step.steps.map(futureOf));
      case 'run':
        return run(step.task);
      case 'wait':
        return Future.from(timer(step.frames, clock));
    }
  };

  /** What the step itself waits for, other than by way of tasks or pipes. */
  const waitsOf = (step: Step): readonly Wait[] => {
    if (step.does === 'all') return step.steps.flatMap(waitsOf);
    if (step.does !== 'ask' || step.isPiped) return [];
    return [{ batchIndex: batchIndexOf(program, step.batch), key: step.key }];
  };

  function* attempt(step: Step): Generator<unknown, unknown, unknown> {
    const waits = waitsOf(step);
    waits.forEach((wait) => waiting.add(wait));
    try {
      return yield futureOf(step);
    } catch (error) {
      if (!step.isCaught) throw error;
      return 'caught';
    } finally {
      waits.forEach((wait) => waiting.delete(wait));
    }
  }

  const cleanUp: Step = { does: 'ask', batch: 0, key: 'a', isPiped: false, isCaught: true };
  const run: Run = task(function* (tree: TaskTree): Generator<unknown, unknown, unknown> {
    const number = account.begun.length;
    account.begun.push(number);
    let isCut = true;
    try {
      const values: unknown[] = [];
      for (const step of tree.steps) values.push(yield* attempt(step));
      isCut = false;
      return values;
    } catch (error) {
      isCut = false;
      throw error;
    } finally {
      account.leaving.push(number);
      if (isCut) account.cut.push(number);
      if (tree.cleansUp) yield* attempt(cleanUp);
      account.left.push(number);
    }
  });
  return run;
}

function beginRoots(
  program: Program,
  { scheduler, account, run }: { scheduler: BatchScheduler; account: Account; run: Run },
): void {
  const subscriptions = program.roots.map(() => new Subscription());
  const leave = (index: number): void => {
    const root = account.roots[index];
    if (!root) return;
    root.hasLeft = true;
    subscriptions[index]?.unsubscribe();
  };
  program.roots.forEach(({ task: tree, startsAt, leavesAt, takesAlong }, index) => {
    const end = (signal: Signal): void => {
      account.roots[index]?.signals.push(signal);
      if (takesAlong !== undefined && takesAlong !== index) leave(takesAlong);
    };
    const start = (): void => {
      const subscription = run(tree).subscribe({
        next: (value) => end({ value }),
        error: (error: unknown) => end({ error: (error as Error).message }),
        complete: () => account.roots[index]?.signals.push('complete'),
      });
      subscriptions[index]?.add(subscription);
    };
    scheduler.schedule(() => {
      if (account.roots[index]?.hasLeft === false) start();
    }, startsAt);
    if (leavesAt !== undefined) scheduler.clock.schedule(() => leave(index), leavesAt);
  });
}
