/**
 * The operator form of a batch function: each value of the source is a key, and its result is emitted. Keys that come
 * together go together.
 */
import { defer, mergeMap, Observable, type OperatorFunction } from 'rxjs';
import { describeBatch, wrong } from '../core/describe';
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

/**
 * ```
 * source               a-b----c---|
 * batchMap(nameOf)     -----(AB)---(C|)
 * ```
 *
 * `fn` is a batch function, or a resolver to make one of: then `config` takes the options of `batch` as well.
 *
 * @throws TypeError if an option makes no sense.
 * @example
 * from([1, 2, 3]).pipe(batchMap(nameOf, { ordered: true })).subscribe(console.log);
 */
export function batchMap<K, V>(fn: BatchFunction<K, V>, config?: BatchMapConfig): OperatorFunction<K, V>;
export function batchMap<K, V, Early = V, P = unknown>(
  fn: Resolver<K, V, Early, P>,
  config?: BatchMapConfig & Omit<BatchConfig<K, P>, 'concurrency'>,
): OperatorFunction<K, V>;
export function batchMap<K, V>(
  fn: BatchFunction<K, V> | Resolver<K, V>,
  config: BatchMapConfig & Omit<BatchConfig<K>, 'concurrency'> = {},
): OperatorFunction<K, V> {
  checkNames(fn, config);
  const { ordered = false, concurrency = Infinity, ...ofBatch } = config;
  if (typeof ordered !== 'boolean') throw wrong('batchMap: ordered', 'true or false', ordered);
  if (!(concurrency === Infinity || (Number.isInteger(concurrency) && concurrency >= 1))) {
    throw wrong('batchMap: concurrency', 'a whole number, 1 or more, or Infinity', concurrency);
  }
  const [stray] = isBatchFunction(fn) ? Object.keys(ofBatch) : [];
  if (stray !== undefined) {
    throw new TypeError(
      `batchMap: there is no option ${JSON.stringify(stray)} for a batch function, which was given its own by batch. ` +
        'The options are ordered, concurrency.',
    );
  }
  const ask = isBatchFunction(fn) ? (fn as BatchFunction<K, V>) : batch(fn as Resolver<K, V>, ofBatch);
  return (source) =>
    defer(() => {
      // Keys may come later, from anywhere: they are asked for where the operator was subscribed to.
      const { runQueue } = currentScheduler();
      const askHere = (key: K): Observable<V> =>
        new Observable((subscriber) => runQueue.drive(() => ask(key).subscribe(subscriber)));
      return source.pipe(mergeMap(ordered ? inTurn(askHere) : askHere, concurrency));
    });
}

const optionNames: readonly string[] = ['ordered', 'concurrency'] satisfies (keyof BatchMapConfig)[];

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
