/** The two implementations that specs run side by side: the package `dataloader`, and `sluice/dataloader`. */
import Original from 'dataloader';
import { DataLoader } from 'sluice/dataloader';

/** A loader with keys and values of any type, for programs that also misuse it. */
export interface AnyLoader {
  load(key?: unknown): Promise<unknown>;
  loadMany(keys?: unknown): Promise<unknown[]>;
  clear(key?: unknown): AnyLoader;
  clearAll(): AnyLoader;
  prime(key?: unknown, value?: unknown): AnyLoader;
  name: unknown;
}

export type AnyDataLoader = new (batchFunction?: unknown, options?: unknown) => AnyLoader;

// Cast: wider than the types of the packages, which refuse the misuse that the specs are about.
export const theirs = Original as unknown as AnyDataLoader;
export const ours = DataLoader as unknown as AnyDataLoader;

/** A row of the table of behaviours: a program, and what it gives with both implementations. */
export interface BehaviourRow {
  readonly title: string;
  /** Runs the program; its result, or that of its promise, is compared. */
  readonly run: (loaderClass: AnyDataLoader) => unknown;
  readonly gives: unknown;
}

/** The start of the errors about the batch function. */
export const MUST_BE =
  'TypeError: DataLoader must be constructed with a function which accepts Array<key> and returns Promise<Array<value>>, but ';

/** The text of an error: its class and message. */
export const textOfError = (error: unknown): string =>
  error instanceof Error ? `${error.constructor.name}: ${error.message}` : `thrown ${String(error)}`;

/** The text of what `work` throws, or its result. */
export function outcomeOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return textOfError(error);
  }
}

/** The outcome of a promise: its value, or the text of its error. */
export const settled = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => value,
    (error: unknown) => `rejected ${textOfError(error)}`,
  );

export type Keys = readonly unknown[];

/** Answers each key with itself. */
export const identity = (keys: Keys): Promise<Keys> => Promise.resolve(keys);

/** A loader, and the keys of each call of its batch function. */
export function recordedLoader(
  loaderClass: AnyDataLoader,
  options?: unknown,
  answer: (keys: Keys, call: number) => unknown = identity,
): { readonly loader: AnyLoader; readonly calls: Keys[] } {
  const calls: Keys[] = [];
  const loader = new loaderClass((keys: Keys) => {
    calls.push([...keys]);
    return answer(keys, calls.length);
  }, options);
  return { loader, calls };
}

/** Resolves in a later task of the event loop, after all promise jobs and ticks. */
export const nextTask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

/** A promise with the functions that settle it. */
export function deferred<T>(): Deferred<T> {
  let settle: Omit<Deferred<T>, 'promise'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  if (!settle) throw new Error('unreachable: a promise calls its executor at once');
  return { promise, ...settle };
}
