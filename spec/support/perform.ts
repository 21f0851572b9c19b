/** Runs a random program on its own scheduler and on virtual time, and returns an account of all events. */
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
  feedersFirst,
  flushAll,
  Future,
  largestFirst,
  task,
  type BatchFunction,
  type Flush,
} from 'sluice';
import type { BatchTraits, Program, Step, TaskTree } from './program';

export interface Account {
  /** One line per flush: time, batch function and keys. */
  readonly flushes: string[];
  /** One line per landing. */
  readonly landings: string[];
  /** Descriptions of invalid flushes. */
  readonly faults: string[];
  /** The signals of the subscriber of each root, and whether it has unsubscribed. */
  readonly roots: { readonly signals: Signal[]; isUnsubscribed: boolean }[];
  /** The numbers of the tasks that were started. */
  readonly started: number[];
  /** The numbers of the tasks whose `finally` block was started. */
  readonly finallyStarted: number[];
  /** The numbers of the tasks whose `finally` block was started by a cancellation. */
  readonly cancelled: number[];
  /** The numbers of the tasks whose `finally` block has ended. */
  readonly finallyEnded: number[];
}

export type Signal = { readonly value: unknown } | { readonly error: string } | 'complete';

/** Runs a program without promises to its end. */
export function perform(program: Program): Account {
  const clock = new VirtualTimeScheduler();
  const account = begin(program, clock);
  clock.flush();
  return account;
}

/** Runs any program to its end; the microtask queue drains in each frame. */
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

const POLICIES = { flushAll, largestFirst, feedersFirst };

const NAMES = ['p', 'q', 'r'];

/** Maps an index from 0 to 2 to one of the batch functions of the program, which may be fewer. */
export const batchIndexOf = ({ batches }: Program, index: number): number => index % batches.length;
export const nameOf = (batchIndex: number): string => NAMES[batchIndex] ?? '';
export const valueOf = (batchIndex: number, key: string): string => `${nameOf(batchIndex)}(${key})`;
export const errorOf = (batchIndex: number, key: string): string => `no ${valueOf(batchIndex, key)}`;
export const partitionOf = (key: string): string => (key < 'c' ? 'early' : 'late');

/** One wait for a key. */
interface Wait {
  readonly batchIndex: number;
  readonly key: string;
}

function begin(program: Program, clock: SchedulerLike): Account {
  const scheduler = new BatchScheduler({ clock, policy: POLICIES[program.policy] });
  const waiting = new Set<Wait>();
  const account: Account = {
    flushes: [],
    landings: [],
    faults: [],
    roots: program.roots.map(() => ({ signals: [], isUnsubscribed: false })),
    started: [],
    finallyStarted: [],
    cancelled: [],
    finallyEnded: [],
  };
  scheduler.events$.subscribe(({ type, batch: name, keys, at }) => {
    (type === 'flush' ? account.flushes : account.landings).push(`${at} ${name}(${keys.join('')})`);
  });
  const batchFunctions = program.batches.map((traits, batchIndex) =>
    batchFunction(traits, { batchIndex, clock, waiting, faults: account.faults }),
  );
  const run = taskFunction({ program, clock, batchFunctions, waiting, account });
  beginRoots(program, { scheduler, account, run });
  return account;
}

function batchFunction(
  traits: BatchTraits,
  parts: { batchIndex: number; clock: SchedulerLike; waiting: ReadonlySet<Wait>; faults: string[] },
): BatchFunction<string, string> {
  const { batchIndex, clock, waiting, faults } = parts;
  const name = nameOf(batchIndex);
  const inFlight = new Set<object>();
  const check = (keys: readonly string[]): void => {
    const addFault = (fault: string): void => void faults.push(`${name}(${keys.join('')}) ${fault}`);
    if (keys.length === 0) addFault('is empty');
    if (new Set(keys).size < keys.length) addFault('has a key twice');
    if (keys.length > traits.maxSize) addFault(`has more than ${traits.maxSize} keys`);
    if (traits.isPartitioned && new Set(keys.map(partitionOf)).size > 1) addFault('has keys of two partitions');
    if (inFlight.size > traits.concurrency) addFault(`is one of ${inFlight.size} in flight`);
    for (const key of keys) {
      const isWanted = [...waiting].some((wait) => wait.batchIndex === batchIndex && wait.key === key);
      if (!isWanted) addFault(`has ${key}, which has no waiter`);
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
  for (let remaining = count; remaining > 0; remaining--) await Promise.resolve();
}

type Run = (tree: TaskTree) => Future<unknown>;

function taskFunction(parts: {
  program: Program;
  clock: SchedulerLike;
  batchFunctions: readonly BatchFunction<string, string>[];
  waiting: Set<Wait>;
  account: Account;
}): Run {
  const { program, clock, batchFunctions, waiting, account } = parts;

  const load = (batchIndex: number, key: string): Future<string> =>
    batchFunctions[batchIndex]?.(key) ?? Future.fail(new Error('no such batch function'));

  /** A load with a pipe, which records its wait itself. */
  const pipedLoad = (wait: Wait): Future<string> =>
    Future.defer(() => {
      waiting.add(wait);
      return load(wait.batchIndex, wait.key).pipe(finalize(() => waiting.delete(wait)));
    });

  const futureOf = (step: Step): Future<unknown> => {
    switch (step.does) {
      case 'load': {
        const batchIndex = batchIndexOf(program, step.batch);
        return step.isPiped ? pipedLoad({ batchIndex, key: step.key }) : load(batchIndex, step.key);
      }
      case 'all':
        return all(step.steps.map(futureOf));
      case 'run':
        return run(step.task);
      case 'wait':
        return Future.from(timer(step.frames, clock));
    }
  };

  /** The direct waits of a step, without those of tasks and pipes. */
  const waitsOf = (step: Step): readonly Wait[] => {
    if (step.does === 'all') return step.steps.flatMap(waitsOf);
    if (step.does !== 'load' || step.isPiped) return [];
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

  const cleanUp: Step = { does: 'load', batch: 0, key: 'a', isPiped: false, isCaught: true };
  const run: Run = task(function* (tree: TaskTree): Generator<unknown, unknown, unknown> {
    const number = account.started.length;
    account.started.push(number);
    let isCancelled = true;
    try {
      const values: unknown[] = [];
      for (const step of tree.steps) values.push(yield* attempt(step));
      isCancelled = false;
      return values;
    } catch (error) {
      isCancelled = false;
      throw error;
    } finally {
      account.finallyStarted.push(number);
      if (isCancelled) account.cancelled.push(number);
      if (tree.cleansUp) yield* attempt(cleanUp);
      account.finallyEnded.push(number);
    }
  });
  return run;
}

function beginRoots(
  program: Program,
  { scheduler, account, run }: { scheduler: BatchScheduler; account: Account; run: Run },
): void {
  const subscriptions = program.roots.map(() => new Subscription());
  const unsubscribe = (index: number): void => {
    const root = account.roots[index];
    if (!root) return;
    root.isUnsubscribed = true;
    subscriptions[index]?.unsubscribe();
  };
  program.roots.forEach(({ task: tree, startsAt, unsubscribesAt, alsoUnsubscribes }, index) => {
    const end = (signal: Signal): void => {
      account.roots[index]?.signals.push(signal);
      if (alsoUnsubscribes !== undefined && alsoUnsubscribes !== index) unsubscribe(alsoUnsubscribes);
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
      if (account.roots[index]?.isUnsubscribed === false) start();
    }, startsAt);
    if (unsubscribesAt !== undefined) scheduler.clock.schedule(() => unsubscribe(index), unsubscribesAt);
  });
}
