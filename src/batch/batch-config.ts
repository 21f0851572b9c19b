/**
 * The options of a batch function: what they mean, what they are when left out, and the error for each value that
 * makes no sense.
 */
import { describeBatch, invalidOption } from '../core/describe';
import { checkOptions, isConfig } from '../core/options';
import { printable } from '../core/printable';
import { arrivesLater } from '../core/rx';
import { BatchScheduler } from '../scheduler/batch-scheduler';
import { boundNames, cacheProblem, isStore, type CacheConfig } from './cache';

export interface BatchConfig<K, P = unknown> {
  /** For errors, stacks and events (the resolver's name). */
  readonly name?: string;
  /** A key's identity, for dedupe and cache; needed when equal keys are different objects (the key itself). */
  readonly key?: (key: K) => unknown;
  /** How long a batch stands open after its first key, in ms (0: until nothing else can run). */
  readonly window?: number;
  /** How long it waits, at most, for tasks that are busy elsewhere and may yet join, in ms (0). */
  readonly hold?: number;
  /** So many keys flush at once (Infinity). */
  readonly maxSize?: number;
  /** So many flushes are in flight at a time; meanwhile the next batch goes on gathering (Infinity). */
  readonly concurrency?: number;
  /** Flushes of one partition that are in flight at a time (Infinity). */
  readonly partitionConcurrency?: number;
  /** Which batch a one-at-a-time policy takes first: a number, or a function of the batch's size (its size). */
  readonly priority?: number | ((size: number) => number);
  /** Keys of different partitions never share a flush: tenants, shards. Its resolver finds it in `flush.partition`. */
  readonly partition?: (key: K) => P;
  /**
   * Keeps values, for each scheduler and partition: `true`, bounds, or, unpartitioned, a store of your own (off).
   *
   * What is kept during a `TestScheduler.run` ends with it. What real time has kept is there in a run as well, unless
   * it has a `ttl`, whose time is not that of the run; `clear` forgets both. A store of your own knows nothing of this.
   */
  readonly cache?: CacheConfig;
  /** Pins the function to one scheduler (that of the task that asks, else `batchScheduler`). */
  readonly scheduler?: BatchScheduler;
}

/** The same with every default filled in. */
export interface BatchOptions<K> {
  readonly name: string;
  readonly identityOf: (key: K) => unknown;
  readonly window: number;
  readonly hold: number;
  readonly maxSize: number;
  readonly concurrency: number;
  readonly partitionConcurrency: number;
  readonly priorityOf: (size: number) => number;
  readonly partitionOf: ((key: K) => unknown) | undefined;
  readonly cache: CacheConfig;
  readonly scheduler: BatchScheduler | undefined;
}

/** Node and browsers take a longer delay for one millisecond. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** The compiler sees to it that none is missing. */
const allOptions: Readonly<Record<keyof BatchConfig<never>, true>> = {
  name: true,
  key: true,
  window: true,
  hold: true,
  maxSize: true,
  concurrency: true,
  partitionConcurrency: true,
  priority: true,
  partition: true,
  cache: true,
  scheduler: true,
};

/** The names of all options of `batch`. */
export const batchOptionNames: readonly string[] = Object.keys(allOptions);

const itself = (key: unknown): unknown => key;

/** Keys that have no identity would all be one. */
function identityBy<K>(keyOf: (key: K) => unknown, batch: string): (key: K) => unknown {
  return (key) => {
    const identity = keyOf(key);
    if (identity === undefined || identity === null || arrivesLater(identity)) {
      throw invalidOption(`${describeBatch(batch)}: what \`key\` gives`, 'the identity of a key', identity);
    }
    return identity;
  };
}

function partitionBy<K>(partitionOf: (key: K) => unknown, batch: string): (key: K) => unknown {
  return (key) => {
    const partition = partitionOf(key);
    if (arrivesLater(partition)) {
      throw invalidOption(`${describeBatch(batch)}: what \`partition\` gives`, 'the partition of a key', partition);
    }
    return partition;
  };
}

/** @throws TypeError naming the option, what it must be, and what came. */
export function checkedOptions<K>(config: BatchConfig<K>, defaultName: string): BatchOptions<K> {
  if (!isConfig(config, batchOptionNames)) throw invalidOption('batch: its config', 'an object of options', config);
  const { window = 0, hold = 0, maxSize = Infinity } = config;
  const { concurrency = Infinity, partitionConcurrency = Infinity } = config;
  const { key = itself, partition, priority = itself, cache = false, scheduler, name = defaultName } = config;
  const described = typeof (name as unknown) === 'string' ? name : defaultName;
  const check = (option: string, isRight: boolean, mustBe: string, got: unknown): void => {
    if (!isRight) throw invalidOption(`${describeBatch(described)}: ${option}`, mustBe, got);
  };
  checkOptions(describeBatch(described), config, batchOptionNames);
  const isDelay = (ms: unknown): boolean => typeof ms === 'number' && ms >= 0 && ms <= LONGEST_DELAY;
  const isCount = (count: unknown): boolean =>
    count === Infinity || (Number.isInteger(count) && (count as number) >= 1);

  check('name', typeof name === 'string', 'a string', name);
  check('key', typeof key === 'function', "a function giving a key's identity", key);
  check('window', isDelay(window), `a number of ms from 0 to ${String(LONGEST_DELAY)}`, window);
  check('hold', isDelay(hold), `a number of ms from 0 to ${String(LONGEST_DELAY)}`, hold);
  check('maxSize', isCount(maxSize), 'a whole number, 1 or more, or Infinity', maxSize);
  check('concurrency', isCount(concurrency), 'a whole number, 1 or more, or Infinity', concurrency);
  check(
    'partitionConcurrency',
    isCount(partitionConcurrency),
    'a whole number, 1 or more, or Infinity',
    partitionConcurrency,
  );
  const isPriority = typeof priority === 'function' || (typeof priority === 'number' && !Number.isNaN(priority));
  check('priority', isPriority, 'a number, or a function from the size of a batch to a number', priority);
  const isPartition = partition === undefined || typeof partition === 'function';
  check('partition', isPartition, "a function giving a key's partition", partition);
  const isScheduler = scheduler === undefined || scheduler instanceof BatchScheduler;
  check('scheduler', isScheduler, 'a BatchScheduler', scheduler);
  const problem = cacheProblem(cache);
  check(problem?.option ?? 'cache', !problem, problem?.mustBe ?? '', problem?.got);
  if (typeof cache === 'object' && !isStore(cache))
    checkOptions(`${describeBatch(described)}: cache`, cache, boundNames);
  // One store for all would answer a tenant with what is another one's.
  const isApart = partition === undefined || !isStore(cache);
  check('cache', isApart, 'true or { max, ttl } where there are partitions, each of which is kept by itself', cache);

  return {
    name: printable(name),
    identityOf: key === itself ? itself : identityBy(key, described),
    window,
    hold,
    maxSize,
    concurrency,
    partitionConcurrency,
    priorityOf: typeof priority === 'function' ? (priority as (size: number) => number) : () => priority,
    partitionOf: partition && partitionBy(partition, described),
    cache,
    scheduler,
  };
}
