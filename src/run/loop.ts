/**
 * An isolated program: `run` and `loop` give it its own scheduler, and so its own batches and caches, and its own scope.
 * Other code cannot join its batches or see its caches. The idea is miniasync's `run` and `loop`.
 */
import { describe, invalidOption } from '../core/describe';
import { checkArray } from '../core/option-values';
import { checkOptions } from '../core/options';
import { reportUnhandledFailure } from '../core/report';
import { isAsyncInput } from '../core/rx';
import type { Awaitable } from '../core/shape';
import { BatchScheduler, type BatchSchedulerConfig } from '../scheduler/batch-scheduler';
import { all } from '../future/all';
import type { AsyncValue } from '../future/async-value';
import { StartedFuture } from '../future/started-future';
import { Scope } from '../scope/scope';
import { task } from '../task/task';

type ErrorClass<E extends Error = Error> = abstract new (...args: never[]) => E;

/** The errors that are returned as results: those of a class, of one of several classes, or those that a predicate accepts. */
export type ReturnErrors = ErrorClass | readonly ErrorClass[] | ((error: unknown) => boolean);

/** The type of the returned errors; `unknown` for a predicate that is not a type guard. */
export type ReturnedError<R extends ReturnErrors> =
  R extends ErrorClass<infer E>
    ? E
    : R extends readonly (infer C)[]
      ? InstanceOf<C>
      : R extends (error: unknown) => error is infer E
        ? E
        : unknown;

type InstanceOf<C> = C extends ErrorClass<infer E> ? E : never;

export interface RunConfig<R extends ReturnErrors = ReturnErrors> {
  /**
   * Errors that are returned in their place among the results. Any other error ends the run. The idea is miniasync's
   * `return_exceptions`.
   *
   * @defaultValue none
   */
  readonly returnErrors?: R | undefined;
}

/** The results of a list of inputs: their values, and the errors that `returnErrors` returns. */
export type RunResults<I extends readonly unknown[], R extends ReturnErrors = never> = {
  -readonly [K in keyof I]: (I[K] extends Awaitable<infer T> ? T : never) | ReturnedError<R>;
};

export interface Loop extends Disposable, AsyncDisposable {
  /** The scheduler of all runs of this loop. */
  readonly scheduler: BatchScheduler;
  /** Like the function `run`, but on the scheduler of this loop. */
  readonly run: typeof run;
  /** Waits for the runs and closes the loop. `using` and `await using` cancel the runs first. */
  close(): AsyncValue<void>;
}

/**
 * Opens an isolated scheduler for several runs, which share its batches and caches. The source is miniasync's `loop`.
 *
 * @param config - The options of `BatchScheduler`.
 * @throws TypeError if an option is invalid.
 * @example
 * await using isolated = loop();
 * const [one] = await isolated.run([nameOf(1)]);
 * const [again] = await isolated.run([nameOf(1)]);
 */
export function loop(config: BatchSchedulerConfig = {}): Loop {
  checkOptions('loop', config, ['clock', 'policy', 'name']);
  const scheduler = new BatchScheduler({ name: 'loop', ...config });
  const scope = new Scope({ name: scheduler.name, scheduler });
  const cancelAndClose = (): AsyncValue<void> => {
    scope.cancel('the loop was left');
    return scope.close();
  };
  return {
    scheduler,
    run: (inputs: readonly Awaitable<unknown>[], runConfig?: RunConfig) =>
      startIn(scope, checkedProgram(inputs, runConfig)),
    close: () => scope.close(),
    [Symbol.dispose]: () => void cancelAndClose(),
    [Symbol.asyncDispose]: async () => {
      await cancelAndClose();
    },
  };
}

/**
 * Starts all inputs on an isolated scheduler, at the end of this turn of the event loop. The value is the list of their
 * results, in the order of the inputs. The first error that is not returned cancels the other inputs, waits for their
 * clean-up, and fails the run. The source is miniasync's `run`.
 *
 * @param inputs - Futures, Observables, promises or async iterables.
 * @param config - The options; see `RunConfig`.
 * @throws TypeError at once, before anything starts, if an input cannot be awaited, or an option is invalid.
 * @example
 * const [name, missing] = await run([nameOf(1), nameOf(0)], { returnErrors: RangeError });
 */
export function run<const I extends readonly Awaitable<unknown>[]>(
  inputs: I,
  config?: RunConfig<never>,
): AsyncValue<RunResults<I>>;
export function run<const I extends readonly Awaitable<unknown>[], const R extends ReturnErrors>(
  inputs: I,
  config: RunConfig<R>,
): AsyncValue<RunResults<I, R>>;
export function run(inputs: readonly Awaitable<unknown>[], config?: RunConfig): AsyncValue<unknown> {
  const program = checkedProgram(inputs, config);
  const scheduler = new BatchScheduler({ name: 'run' });
  const scope = new Scope({ name: 'run', scheduler });
  const value = startIn(scope, program);
  scope.close();
  return value;
}

type IsReturned = (error: unknown) => boolean;

interface Program {
  readonly inputs: readonly Awaitable<unknown>[];
  readonly isReturned: IsReturned;
}

function startIn(scope: Scope, { inputs, isReturned }: Program): AsyncValue<never> {
  const inner = scope.fork({ name: 'run', errorMode: 'continue' });
  const values = inputs.map((input) => inner.start(input));
  return new StartedFuture(
    resultsOf(inner, values, isReturned),
    scope.scheduler,
  ) as AsyncValue<unknown> as AsyncValue<never>; // Cast: safe, because the overloads of `run` declare the type.
}

const resultsOf = task(function* runAll(scope: Scope, values: readonly AsyncValue<unknown>[], isReturned: IsReturned) {
  try {
    return yield* all(values.map((value) => resultOf(value, scope, isReturned)));
  } finally {
    scope.cancel('the run is over');
    try {
      yield scope.close();
    } catch (others) {
      // The run has failed already; these errors came later.
      reportUnhandledFailure('a run', others);
    }
  }
});

const resultOf = task(function* runOne(value: AsyncValue<unknown>, scope: Scope, isReturned: IsReturned) {
  try {
    return yield* value;
  } catch (error) {
    // A cancelled run has no results.
    if (!scope.signal.aborted && isReturned(error)) return error;
    throw error;
  }
});

/** @throws TypeError for inputs that cannot be awaited, or an invalid option. */
function checkedProgram(inputs: unknown, config: RunConfig = {}): Program {
  if (isAsyncInput(inputs)) throw new TypeError('run() takes one array of futures: write run([a, b]), not run(a, b).');
  checkArray('run: what it runs', inputs, 'an array of futures');
  checkOptions('run', config, ['returnErrors']);
  return { inputs: Array.from(inputs, checkedInput), isReturned: returnedBy(config.returnErrors) };
}

function checkedInput(input: unknown, index: number): Awaitable<unknown> {
  // Cast: awaitable, because `isAsyncInput` refuses arrays and strings.
  if (isAsyncInput(input)) return input as Awaitable<unknown>;
  throw invalidOption(`run: what it runs, at [${String(index)}],`, 'a future, an Observable or a promise', input);
}

/** @throws TypeError if `returnErrors` is neither an error class, nor an array of them, nor a predicate. */
function returnedBy(returnErrors: ReturnErrors | undefined): IsReturned {
  if (returnErrors === undefined) return () => false;
  const classes: readonly unknown[] = Array.isArray(returnErrors) ? returnErrors : [returnErrors];
  if (classes.every(isErrorClass)) return (error) => classes.some((one) => error instanceof one);
  if (typeof returnErrors === 'function' && !isClass(returnErrors)) return returnErrors as IsReturned;
  throw new TypeError(
    `run: expected \`returnErrors\` to be an error class, an array of them, or a predicate; got ${describe(returnErrors)} ` +
      `(${typeof returnErrors}). Write returnErrors: NotFoundError, or (error) => error instanceof NotFoundError.`,
  );
}

const isErrorClass = (value: unknown): value is ErrorClass =>
  typeof value === 'function' && (value === Error || value.prototype instanceof Error);

const isClass = (value: object): boolean => /^class\b/.test(Function.prototype.toString.call(value));
