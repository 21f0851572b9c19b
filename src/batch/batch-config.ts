/** The options of a batch function: their meaning, their defaults, and the error for each invalid value. */
import { describeBatch, invalidOption } from '../core/describe';
import { checkArray, checkCount, checkDelay, checkFunction, checkString } from '../core/option-values';
import { checkOptions, isConfig } from '../core/options';
import { printable } from '../core/printable';
import { isPromiseOrObservable } from '../core/rx';
import { BatchScheduler } from '../scheduler/batch-scheduler';
import type { FeedingFunction } from '../scheduler/feed-graph';
import { checkCache, isStore, type CacheConfig } from './cache/cache';

/** The options of `batch`. */
export interface BatchConfig<K, P = unknown> {
  /**
   * Name of the batch function in errors, stacks and events.
   *
   * @defaultValue the name of the resolver
   */
  readonly name?: string;
  /**
   * Returns the identity of a key. Keys with the same identity are one key in a batch and in the cache. Needed if equal
   * keys are different objects.
   *
   * @defaultValue the key itself
   */
  readonly key?: (key: K) => unknown;
  /**
   * Time from the first key of a batch to its flush, in ms. With `0` a batch is flushed as soon as no task can go on.
   * A window keeps cancelled keys in memory until the flush, which leaves them out.
   *
   * @defaultValue `0`
   */
  readonly window?: number;
  /**
   * Maximum time, in ms, that a batch waits for busy tasks that may still join it.
   *
   * @defaultValue `0`
   */
  readonly hold?: number;
  /**
   * Number of keys at which a batch is flushed at once.
   *
   * @defaultValue `Infinity`
   */
  readonly maxSize?: number;
  /**
   * Maximum number of flights at a time. While all are in use, the next batch goes on collecting keys.
   *
   * @defaultValue `Infinity`
   */
  readonly concurrency?: number;
  /**
   * Maximum number of flights of one partition at a time.
   *
   * @defaultValue `Infinity`
   */
  readonly partitionConcurrency?: number;
  /**
   * Priority of a batch under a policy that flushes one batch at a time: a number, or a function of the number of keys.
   *
   * @defaultValue the number of keys
   */
  readonly priority?: number | ((size: number) => number);
  /**
   * Returns the partition of a key, such as a tenant or a shard. Keys of different partitions never share a flush. The
   * resolver finds the partition of its keys in `flush.partition`.
   *
   * @defaultValue one partition for all keys
   */
  readonly partition?: (key: K) => P;
  /**
   * Keeps values for each scheduler and partition: `true`, bounds, or a store with synchronous methods. A store cannot be
   * combined with `partition`.
   *
   * Values from a `TestScheduler.run` are forgotten at its end. Values from real time are also found in such a run, unless
   * the cache has a `ttl`, whose clock differs from that of the run; `clear` forgets both. A store that is passed in does
   * not make this distinction.
   *
   * @defaultValue `false`
   */
  readonly cache?: CacheConfig;
  /**
   * Batch functions that this one feeds: a program requests their keys once it has values of this one. The policy
   * `feedersFirst` learns this from tasks, and takes what is declared from the start. An empty array declares that the
   * function feeds none.
   *
   * @defaultValue what the scheduler learns
   */
  readonly feeds?: readonly AnyBatchFunction[];
  /**
   * Pins the function to one scheduler.
   *
   * @defaultValue the scheduler of the calling task, or else `batchScheduler`
   */
  readonly scheduler?: BatchScheduler;
}

/** Any function with keys of its own type; its check finds out whether it is a batch function. */
type AnyBatchFunction = (key: never) => unknown;

/** The checked options, with all defaults. */
export interface BatchOptions<K> extends FeedingFunction {
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
  readonly feeds: readonly FeedingFunction[] | undefined;
  readonly scheduler: BatchScheduler | undefined;
}

/** The type makes the list complete. */
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
  feeds: true,
  scheduler: true,
};

/** The names of all options of `batch`. */
export const batchOptionNames: readonly string[] = Object.keys(allOptions);

/** The identity of a key without the option `key`. */
export const keyItself = (key: unknown): unknown => key;

/** The priority of a batch without the option `priority`. */
const sizeItself = (size: number): number => size;

/** Refuses a key without an identity: all such keys would be one. */
function identityBy<K>(keyOf: (key: K) => unknown, batch: string): (key: K) => unknown {
  return (key) => {
    const identity = keyOf(key);
    if (identity === undefined || identity === null || isPromiseOrObservable(identity)) {
      throw invalidOption(`${describeBatch(batch)}: the result of \`key\``, 'the identity of a key', identity);
    }
    return identity;
  };
}

function partitionBy<K>(partitionOf: (key: K) => unknown, batch: string): (key: K) => unknown {
  return (key) => {
    const partition = partitionOf(key);
    if (isPromiseOrObservable(partition)) {
      throw invalidOption(`${describeBatch(batch)}: the result of \`partition\``, 'the partition of a key', partition);
    }
    return partition;
  };
}

function checkedFeeds(title: string, feeds: unknown, optionsOf: OptionsOf): readonly FeedingFunction[] {
  checkArray(`${title}: feeds`, feeds, 'an array of batch functions');
  return feeds.map((fed, index) => {
    const options = optionsOf(fed);
    if (!options) throw invalidOption(`${title}: feeds[${String(index)}]`, 'a batch function', fed);
    return options;
  });
}

/** Returns the options of a batch function; undefined for any other value. */
type OptionsOf = (value: unknown) => FeedingFunction | undefined;

/** @throws TypeError that names an invalid option, its expected value and its actual value. */
export function checkedOptions<K>(config: BatchConfig<K>, defaultName: string, optionsOf: OptionsOf): BatchOptions<K> {
  if (!isConfig(config, batchOptionNames)) throw invalidOption('batch: its config', 'an object of options', config);
  const { window = 0, hold = 0, maxSize = Infinity } = config;
  const { concurrency = Infinity, partitionConcurrency = Infinity } = config;
  const {
    key = keyItself,
    partition,
    priority = sizeItself,
    cache = false,
    feeds,
    scheduler,
    name = defaultName,
  } = config;
  const validName = typeof (name as unknown) === 'string' ? name : defaultName;
  const title = describeBatch(validName);
  checkOptions(title, config, batchOptionNames);
  checkString(`${title}: name`, name);
  checkFunction(`${title}: key`, key, 'a function that returns the identity of a key');
  checkDelay(`${title}: window`, window);
  checkDelay(`${title}: hold`, hold);
  checkCount(`${title}: maxSize`, maxSize, { min: 1, orInfinity: true });
  checkCount(`${title}: concurrency`, concurrency, { min: 1, orInfinity: true });
  checkCount(`${title}: partitionConcurrency`, partitionConcurrency, { min: 1, orInfinity: true });
  if (typeof priority !== 'function' && !(typeof priority === 'number' && !Number.isNaN(priority)))
    throw invalidOption(`${title}: priority`, 'a number, or a function from the size of a batch to a number', priority);
  if (partition !== undefined)
    checkFunction(`${title}: partition`, partition, 'a function that returns the partition of a key');
  if (scheduler !== undefined && !(scheduler instanceof BatchScheduler))
    throw invalidOption(`${title}: scheduler`, 'a BatchScheduler', scheduler);
  checkCache(title, cache);
  // One store for all partitions would mix the values of tenants.
  if (partition !== undefined && isStore(cache)) {
    const mustBe = 'true or { max, ttl } together with `partition`, since partitions never share a store';
    throw invalidOption(`${title}: cache`, mustBe, cache);
  }

  return {
    name: printable(name),
    identityOf: key === keyItself ? keyItself : identityBy(key, validName),
    window,
    hold,
    maxSize,
    concurrency,
    partitionConcurrency,
    priorityOf: typeof priority === 'function' ? priority : () => priority,
    partitionOf: partition && partitionBy(partition, validName),
    cache,
    feeds: feeds && checkedFeeds(title, feeds, optionsOf),
    scheduler,
  };
}
