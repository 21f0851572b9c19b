/**
 * The operator form of a batch function: each value of the source is a key, and its result is emitted. Keys that arrive
 * together are loaded together.
 */
import { defer, map, Observable, type OperatorFunction } from 'rxjs';
import { describeBatch } from '../core/describe';
import { mergeMapOrdered, mergeMapUnordered } from '../core/merge-map';
import { checkCount, checkFlag, checkFunction } from '../core/option-values';
import { checkOptions, isConfig } from '../core/options';
import { currentScheduler } from '../scheduler/batch-scheduler';
import { batch, isBatchFunction, type BatchFunction } from './batch';
import { batchOptionNames, type BatchConfig } from './batch-config';
import type { Resolver } from './resolver';

export interface BatchMapConfig {
  /**
   * Emits the results in the order of the source, instead of the order of their arrival.
   *
   * @defaultValue `false`
   */
  readonly ordered?: boolean;
  /**
   * Maximum number of keys that are loaded at a time.
   *
   * @defaultValue `Infinity`
   */
  readonly concurrency?: number;
}

/** The option that combines a value of the source with the result of its key. */
interface BatchMapResult<T, V, R> {
  /**
   * Returns the emitted value, from a value of the source and the result of its key.
   *
   * @defaultValue the result alone is emitted
   */
  readonly result?: (value: T, result: V) => R;
}

/** The options for a source whose values are not keys. */
export interface BatchMapByConfig<T, K, V, R> extends BatchMapConfig, BatchMapResult<T, V, R> {
  /** Returns the key of a value of the source. An error that it throws is an error of the stream. */
  readonly key: (value: T) => K;
}

/** The options for a resolver. Here `key` is the option of `batch`, which returns the identity of a key. */
type ResolverConfig<K, V, R, P = unknown> = BatchMapConfig &
  BatchMapResult<K, V, R> &
  Omit<BatchConfig<K, P>, 'concurrency'>;

/**
 * An operator that loads each value of the source as a key and emits the results.
 *
 * ```
 * source               a-b----c---|
 * batchMap(nameOf)     -----(AB)---(C|)
 * ```
 *
 * For a batch function, the option `key` returns the key of each value of the source, and `result` combines that value
 * with the result of its key. Values with equal keys get their results together; `ordered` keeps the order of the source.
 *
 * @param fn - A batch function, or a resolver to make one; with a resolver, `config` takes the options of `batch` too.
 * @param config - The options; see `BatchMapConfig`.
 * @throws TypeError if an option is invalid.
 * @example
 * from([1, 2, 3]).pipe(batchMap(nameOf, { ordered: true })).subscribe(console.log);
 * @example
 * orders$.pipe(
 *   batchMap(userOf, { key: (order) => order.userId, result: (order, user) => ({ ...order, user }), ordered: true }),
 * );
 */
export function batchMap<K, V, T, R = V>(
  fn: BatchFunction<K, V>,
  config: BatchMapByConfig<T, K, V, R>,
): OperatorFunction<T, R>;
export function batchMap<K, V, R = V>(
  fn: BatchFunction<K, V>,
  config?: BatchMapConfig & BatchMapResult<K, V, R>,
): OperatorFunction<K, R>;
export function batchMap<K, V, Early = V, R = V, P = unknown>(
  fn: Resolver<K, V, Early, P>,
  config?: ResolverConfig<K, V, R, P>,
): OperatorFunction<K, R>;
export function batchMap(
  fn: BatchFunction<unknown, unknown> | Resolver<unknown, unknown>,
  config: ResolverConfig<unknown, unknown, unknown> = {},
): OperatorFunction<unknown, unknown> {
  checkOptionNames(fn, config);
  const { ordered = false, concurrency = Infinity, result, ...others } = config;
  checkFlag('batchMap: ordered', ordered);
  checkCount('batchMap: concurrency', concurrency, { min: 1, orInfinity: true });
  if (result !== undefined)
    checkFunction('batchMap: result', result, 'a function of a value and the result of its key');
  const load = loaderOf(fn, others);
  const mergeKeys = <R>(project: (value: unknown) => Observable<R>): OperatorFunction<unknown, R> =>
    // A result counts as loading until it is emitted: a slow key bounds the number of buffered results.
    ordered
      ? mergeMapOrdered(project, { concurrency, countsUntil: 'emission' })
      : mergeMapUnordered(project, { concurrency });
  return (source) =>
    defer(() => {
      // Keys may arrive later, from any code: they are loaded on the scheduler of the subscription.
      const { runQueue } = currentScheduler();
      const loadHere: Load = (value) => {
        const future = load(value);
        return new Observable((subscriber) => runQueue.drive(() => future.subscribe(subscriber)));
      };
      if (!result) return source.pipe(mergeKeys(loadHere));
      const loadPair = (value: unknown): Observable<readonly [value: unknown, loaded: unknown]> =>
        loadHere(value).pipe(map((loaded) => [value, loaded]));
      return source.pipe(
        mergeKeys(loadPair),
        map(([value, loaded]) => result(value, loaded)),
      );
    });
}

type Load = (value: unknown) => Observable<unknown>;

function loaderOf(
  fn: BatchFunction<unknown, unknown> | Resolver<unknown, unknown>,
  config: Omit<BatchConfig<unknown>, 'concurrency'>,
): Load {
  if (!isBatchFunction(fn)) return batch(fn, config);
  const { key } = config;
  if (key !== undefined) checkFunction('batchMap: key', key, 'a function that returns the key of a value');
  return key ? (value) => fn(key(value)) : fn;
}

const optionNames: readonly string[] = ['ordered', 'concurrency', 'key', 'result'] satisfies (keyof BatchMapByConfig<
  unknown,
  unknown,
  unknown,
  unknown
>)[];

/** @throws TypeError for an unknown option, or an option of `batch` together with a batch function. */
function checkOptionNames(fn: unknown, config: object): void {
  const isBatch = isBatchFunction(fn);
  const batchOption = isBatch && isConfig(config, optionNames) && Object.keys(config).find(isBatchOptionOnly);
  if (batchOption) {
    throw new TypeError(
      `batchMap: "${batchOption}" is an option of a batch function. Give it to batch(), where ${describeBatch(fn.name)} is made.`,
    );
  }
  checkOptions('batchMap', config, isBatch ? optionNames : [...optionNames, ...batchOptionNames]);
}

const isBatchOptionOnly = (name: string): boolean => batchOptionNames.includes(name) && !optionNames.includes(name);
