/**
 * A world of its own for the length of a run: its own scheduler, and so its own batches and caches, and its own scope.
 * Nothing that runs elsewhere can join it or see what it remembers. The idea is miniasync's `run` and `loop`.
 */
import { invalidOption } from '../core/describe';
import { checkOptions } from '../core/options';
import { reportLost } from '../core/report';
import { isAsyncInput } from '../core/rx';
import type { Awaitable } from '../core/shape';
import { BatchScheduler, type BatchSchedulerConfig } from '../scheduler/batch-scheduler';
import { all } from '../future/all';
import type { AsyncValue } from '../future/async-value';
import { StartedFuture } from '../future/started-future';
import { Scope } from '../scope/scope';
import { task } from '../task/task';
import { listed, type IsListed, type ReturnedError, type ReturnErrors } from './listed';

export interface RunConfig<R extends ReturnErrors = ReturnErrors> {
  /** Errors that are results: each takes its place among them (none). Any other ends the run. */
  readonly returnErrors?: R | undefined;
}

/** The values of a list of things to wait for; where errors are results, those too. */
export type RunResults<I extends readonly unknown[], R extends ReturnErrors = never> = {
  -readonly [K in keyof I]: (I[K] extends Awaitable<infer T> ? T : never) | ReturnedError<R>;
};

export interface Loop extends Disposable, AsyncDisposable {
  /** What all its runs run on. */
  readonly scheduler: BatchScheduler;
  /** As `run`, in the world of this loop. */
  readonly run: typeof run;
  /** Waits for its runs, and ends it; `using` and `await using` cancel them first. */
  close(): AsyncValue<void>;
}

/**
 * Opens a world for several runs, which share its batches and its caches.
 *
 * @example
 * await using world = loop();
 * const [one] = await world.run([nameOf(1)]);
 * const [again] = await world.run([nameOf(1)]);
 */
export function loop(config: BatchSchedulerConfig = {}): Loop {
  checkOptions('loop', config, ['clock', 'policy', 'name']);
  const scheduler = new BatchScheduler({ name: 'loop', ...config });
  const scope = new Scope({ name: scheduler.name, scheduler });
  const leave = (): AsyncValue<void> => {
    scope.cancel('the loop was left');
    return scope.close();
  };
  return {
    scheduler,
    run: (inputs: readonly Awaitable<unknown>[], runConfig?: RunConfig) => startIn(scope, checked(inputs, runConfig)),
    close: () => scope.close(),
    [Symbol.dispose]: () => void leave(),
    [Symbol.asyncDispose]: async () => {
      await leave();
    },
  };
}

/**
 * Starts all of these in a world of their own, at the end of this turn: the value is their results, in the order of the
 * list. The first error that is not listed cancels the rest, waits until they have cleaned up, and is the error of all.
 *
 * @throws TypeError at once, before anything starts, if there is something that cannot be waited for, or an option makes
 * no sense.
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
  const program = checked(inputs, config);
  const scheduler = new BatchScheduler({ name: 'run' });
  const scope = new Scope({ name: 'run', scheduler });
  const value = startIn(scope, program);
  scope.close();
  return value;
}

interface Program {
  readonly inputs: readonly Awaitable<unknown>[];
  readonly isListed: IsListed;
}

function startIn(scope: Scope, { inputs, isListed }: Program): AsyncValue<never> {
  const inner = scope.fork({ name: 'run', errorMode: 'continue' });
  const values = inputs.map((input) => inner.start(input));
  return new StartedFuture(
    results(inner, values, isListed),
    scope.scheduler,
  ) as AsyncValue<unknown> as AsyncValue<never>; // its caller knows
}

const results = task(function* runAll(scope: Scope, values: readonly AsyncValue<unknown>[], isListed: IsListed) {
  try {
    return yield* all(values.map((value) => orListed(value, scope, isListed)));
  } finally {
    scope.cancel('the run is over');
    try {
      yield scope.close();
    } catch (others) {
      // The run has its error; these came after it.
      reportLost('a run', others);
    }
  }
});

const orListed = task(function* runOne(value: AsyncValue<unknown>, scope: Scope, isListed: IsListed) {
  try {
    return yield* value;
  } catch (error) {
    // Of a run that was cancelled nothing is a result.
    if (!scope.signal.aborted && isListed(error)) return error;
    throw error;
  }
});

/** @throws TypeError for what cannot be run. */
function checked(inputs: unknown, config: RunConfig = {}): Program {
  if (isAsyncInput(inputs)) throw new TypeError('run() takes one array of futures: write run([a, b]), not run(a, b).');
  if (!Array.isArray(inputs)) throw invalidOption('run: what it runs', 'an array of futures', inputs);
  checkOptions('run', config, ['returnErrors']);
  return { inputs: Array.from(inputs, checkedInput), isListed: listed(config.returnErrors) };
}

function checkedInput(input: unknown, index: number): Awaitable<unknown> {
  if (isAsyncInput(input)) return input as Awaitable<unknown>; // no array or string is one
  throw invalidOption(`run: what it runs, at [${String(index)}],`, 'a future, an Observable or a promise', input);
}
