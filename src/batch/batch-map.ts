/**
 * The operator form of a batch function: each value of the source is a key, and its result is emitted. Keys that arrive
 * together are loaded together.
 */
import { defer, map, mergeMap, Observable, type OperatorFunction } from 'rxjs';
import { describeBatch, invalidOption } from '../core/describe';
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
  if (typeof ordered !== 'boolean') throw invalidOption('batchMap: ordered', 'true or false', ordered);
  if (!(concurrency === Infinity || (Number.isInteger(concurrency) && concurrency >= 1))) {
    throw invalidOption('batchMap: concurrency', 'a whole number, 1 or more, or Infinity', concurrency);
  }
  checkFunction('result', 'a function of a value and the result of its key', result);
  const load = loaderOf(fn, others);
  return (source) =>
    defer(() => {
      // Keys may arrive later, from any code: they are loaded on the scheduler of the subscription.
      const { runQueue } = currentScheduler();
      const loadHere: Load = (value) => {
        const future = load(value);
        return new Observable((subscriber) => runQueue.drive(() => future.subscribe(subscriber)));
      };
      const loadInOrder = ordered ? keepOrder(loadHere) : loadHere;
      const loadAndCombine: Load = (value) => loadInOrder(value).pipe(map((loaded) => result?.(value, loaded)));
      return source.pipe(mergeMap(result ? loadAndCombine : loadInOrder, concurrency));
    });
}

type Load = (value: unknown) => Observable<unknown>;

function loaderOf(
  fn: BatchFunction<unknown, unknown> | Resolver<unknown, unknown>,
  config: Omit<BatchConfig<unknown>, 'concurrency'>,
): Load {
  if (!isBatchFunction(fn)) return batch(fn, config);
  const { key } = config;
  checkFunction('key', 'a function that returns the key of a value', key);
  return key ? (value) => fn(key(value)) : fn;
}

function checkFunction(option: string, mustBe: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') throw invalidOption(`batchMap: ${option}`, mustBe, value);
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

/**
 * Loads each key at once, and emits a result after all results before it. Until then the key counts as loading for
 * `concurrency`.
 */
function keepOrder<K, V>(load: (key: K) => Observable<V>): (key: K) => Observable<V> {
  /** Results that arrived early, by index. */
  const early = new Map<number, () => void>();
  let count = 0;
  let next = 0;
  let isEmitting = false;
  const emitNext = (): void => {
    // A loop instead of a recursion: thousands of results may have waited for the first one.
    if (isEmitting) return;
    isEmitting = true;
    for (let emit = early.get(next); emit; emit = early.get(next)) {
      early.delete(next++);
      emit();
    }
    isEmitting = false;
  };
  return (key) => {
    const index = count++;
    return new Observable((subscriber) =>
      load(key).subscribe({
        next: (value) => {
          early.set(index, () => {
            subscriber.next(value);
            subscriber.complete();
          });
          emitNext();
        },
        error: (error: unknown) => subscriber.error(error),
      }),
    );
  };
}
