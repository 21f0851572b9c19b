/**
 * The operator form of a batch function: each value of the source is a key, and its result is emitted. Keys that come
 * together go together.
 */
import { defer, map, mergeMap, Observable, type OperatorFunction } from 'rxjs';
import { describeBatch, invalidOption } from '../core/describe';
import { checkOptions, isConfig } from '../core/options';
import { currentScheduler } from '../scheduler/batch-scheduler';
import { batch, isBatchFunction, type BatchFunction } from './batch';
import { batchOptionNames, type BatchConfig } from './batch-config';
import type { Resolver } from './flush';

export interface BatchMapConfig {
  /** Results in the order of the source, instead of as they come (false). */
  readonly ordered?: boolean;
  /** So many keys are waited for at a time (Infinity). */
  readonly concurrency?: number;
}

/** What is emitted for a value of the source and the result of its key. */
interface BatchMapResult<T, V, R> {
  /** Makes what is emitted of the value of the source and the result of its key. Without it the result alone is emitted. */
  readonly result?: (value: T, result: V) => R;
}

/** How values that are no keys are mapped by a batch function. */
export interface BatchMapByConfig<T, K, V, R> extends BatchMapConfig, BatchMapResult<T, V, R> {
  /** The key of a value of the source. What it throws errors the stream. */
  readonly key: (value: T) => K;
}

/** The options for a resolver: here `key` is the option of `batch`, the identity of a key. */
type ResolverConfig<K, V, R, P = unknown> = BatchMapConfig &
  BatchMapResult<K, V, R> &
  Omit<BatchConfig<K, P>, 'concurrency'>;

/**
 * ```
 * source               a-b----c---|
 * batchMap(nameOf)     -----(AB)---(C|)
 * ```
 *
 * `fn` is a batch function, or a resolver to make one of: then `config` takes the options of `batch` as well.
 *
 * For a batch function, `key` takes the key from each value of the source, and `result` joins that value with what
 * came for its key. Values with equal keys get their results together; `ordered` keeps them in the order of the source.
 *
 * @throws TypeError if an option makes no sense.
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
  checkNames(fn, config);
  const { ordered = false, concurrency = Infinity, result, ...others } = config;
  if (typeof ordered !== 'boolean') throw invalidOption('batchMap: ordered', 'true or false', ordered);
  if (!(concurrency === Infinity || (Number.isInteger(concurrency) && concurrency >= 1))) {
    throw invalidOption('batchMap: concurrency', 'a whole number, 1 or more, or Infinity', concurrency);
  }
  checkFunction('result', 'a function of a value and the result of its key', result);
  const ask = askerOf(fn, others);
  return (source) =>
    defer(() => {
      // Keys may come later, from anywhere: they are asked for where the operator was subscribed to.
      const { runQueue } = currentScheduler();
      const askHere: Ask = (value) => {
        const future = ask(value);
        return new Observable((subscriber) => runQueue.drive(() => future.subscribe(subscriber)));
      };
      const inOrder = ordered ? inTurn(askHere) : askHere;
      const joined: Ask = (value) => inOrder(value).pipe(map((came) => result?.(value, came)));
      return source.pipe(mergeMap(result ? joined : inOrder, concurrency));
    });
}

type Ask = (value: unknown) => Observable<unknown>;

function askerOf(
  fn: BatchFunction<unknown, unknown> | Resolver<unknown, unknown>,
  config: Omit<BatchConfig<unknown>, 'concurrency'>,
): Ask {
  if (!isBatchFunction(fn)) return batch(fn, config);
  const { key } = config;
  checkFunction('key', 'a function giving the key of a value', key);
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

/** @throws TypeError for what is no option, or one that a batch function was to be given when it was made. */
function checkNames(fn: unknown, config: object): void {
  const isMade = isBatchFunction(fn);
  const ofBatch = isMade && isConfig(config, optionNames) && Object.keys(config).find(isOfBatchAlone);
  if (ofBatch) {
    throw new TypeError(
      `batchMap: "${ofBatch}" is an option of a batch function. Give it to batch(), where ${describeBatch(fn.name)} is made.`,
    );
  }
  checkOptions('batchMap', config, isMade ? optionNames : [...optionNames, ...batchOptionNames]);
}

const isOfBatchAlone = (name: string): boolean => batchOptionNames.includes(name) && !optionNames.includes(name);

/** Asks at once, and emits when all before it have emitted; until then it keeps its place among the concurrent. */
function inTurn<K, V>(ask: (key: K) => Observable<V>): (key: K) => Observable<V> {
  /** What has come before its turn, by place. */
  const early = new Map<number, () => void>();
  let places = 0;
  let turn = 0;
  let isEmitting = false;
  const emitInTurn = (): void => {
    // A loop, and not each one after the other's end: thousands may have waited for the first.
    if (isEmitting) return;
    isEmitting = true;
    for (let emit = early.get(turn); emit; emit = early.get(turn)) {
      early.delete(turn++);
      emit();
    }
    isEmitting = false;
  };
  return (key) => {
    const place = places++;
    return new Observable((subscriber) =>
      ask(key).subscribe({
        next: (value) => {
          early.set(place, () => {
            subscriber.next(value);
            subscriber.complete();
          });
          emitInTurn();
        },
        error: (error: unknown) => subscriber.error(error),
      }),
    );
  };
}
