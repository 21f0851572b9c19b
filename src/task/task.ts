/**
 * A task is a function that returns a Future, made of a plain function or a generator function. A generator yields futures
 * and goes on when they have their values; other tasks run until then. The idea is asynq's `@asynq()`.
 */
import { titleSymbol } from '../core/describe';
import { checkFunction } from '../core/option-values';
import { printable } from '../core/printable';
import type { Awaitable } from '../core/shape';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { instrumentation } from '../scheduler/instrumentation';
import { begin, type Execution, type Sink } from '../future/execution';
import { Future } from '../future/future';
import type { Emission } from './emission';
import {
  isAsyncGeneratorFunction,
  isGeneratorFunction,
  taskDefinition,
  type TaskCall,
  type TaskDefinition,
} from './task-body';
import { TaskExecution } from './task-execution';

/** The type of the value of a task: what its function returns, awaited. */
export type TaskResult<R> =
  R extends Generator<unknown, infer V, never> ? TaskResult<V> : R extends Awaitable<infer V> ? V : R;

/** The result type for a function that cannot become a task. The compiler shows the reason on every use. */
interface NotATask<Reason extends string> {
  readonly refused: Reason;
}

/** Rest parameters for a call that is an error if the condition is true: one parameter that no argument fits. */
type Unless<Condition extends boolean> = Condition extends true ? [never] : [];
/** The opposite: the call is an error if the condition is false. */
type If<Condition extends boolean> = Condition extends true ? [] : [never];

/** Whether a generator with these yields emits values. `any` and `unknown` count as not emitting. */
type IsEmitting<Y> = unknown extends Y ? false : [Extract<Y, Emission<unknown>>] extends [never] ? false : true;

type IsAsyncGenerator<R> = [R] extends [never]
  ? false
  : R extends AsyncGenerator<unknown, unknown, never>
    ? true
    : false;

/**
 * Makes a task of a generator function, a plain function or an `async` one. `this`, name and parameters are kept. A
 * plain function may return a value or an input (an Observable, a promise, an async iterable), whose value is awaited; a
 * returned array is a value. An async generator function is refused, because the values it yields would be lost. A plain
 * function that returns an async generator must declare its return type as `AsyncIterable`.
 *
 * In a generator, `yield* future` gives the future's value, typed. Bare `yield` also takes arrays and records of
 * futures, and `null`; any other value throws a `TypeError` at the yield.
 *
 * Unsubscribing runs the `finally` blocks, the innermost first; the futures they yield run to their end.
 *
 * @param body the function; its parameters become those of the task
 * @throws TypeError if `body` is not a function, or is an async generator function.
 * @example
 * const authorNames = task(function* authorNames(answers: readonly number[]) {
 *   const users = yield* all(answers.map(authorOf));
 *   return yield* all(users.map(nameOf));
 * });
 * authorNames([1, 2]).subscribe(console.log);
 */
export function task<A extends readonly unknown[], R, Y>(
  body: (this: undefined, ...args: A) => Generator<Y, R, unknown>,
  ...refused: Unless<IsEmitting<Y>>
): (...args: A) => Future<TaskResult<R>>;
export function task<This, A extends readonly unknown[], R, Y>(
  body: (this: This, ...args: A) => Generator<Y, R, unknown>,
  ...refused: Unless<IsEmitting<Y>>
): (this: This, ...args: A) => Future<TaskResult<R>>;
// The overloads above give types to the yields of a generator written in place. The next two refuse what is not a task.

export function task<Y>(
  body: (this: never, ...args: never) => Generator<Y, unknown, never>,
  ...refused: If<IsEmitting<Y>>
): NotATask<'a task has one value: emit() belongs in the body of stream()'>;
export function task<R>(
  body: (this: never, ...args: never) => R,
  ...refused: If<IsAsyncGenerator<R>>
): NotATask<'the values of an async generator would be lost: write function*, or return an AsyncIterable'>;
export function task<A extends readonly unknown[], R>(
  body: (this: undefined, ...args: A) => R,
): (...args: A) => Future<TaskResult<R>>;
export function task<This, A extends readonly unknown[], R>(
  body: (this: This, ...args: A) => R,
): (this: This, ...args: A) => Future<TaskResult<R>>;
export function task<This, A extends readonly unknown[]>(
  body: (this: This, ...args: A) => unknown,
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- for the compiler only, which makes the call an error
  ...refused: readonly unknown[]
): ((this: This, ...args: A) => Future<unknown>) | NotATask<string> {
  checkFunction('task: body', body, 'a function or a generator function');
  if (isAsyncGeneratorFunction(body)) throw asyncGenerator(body.name);
  const definition: TaskDefinition = {
    name: printable(body.name) || 'anonymous',
    body,
    isGeneratorFunction: isGeneratorFunction(body),
  };
  const asTask = function (this: This, ...args: A): Future<unknown> {
    const future = new TaskFuture(definition, this, args);
    instrumentation.current?.emit({ type: 'future-created', future, by: asTask, name: definition.name });
    return future;
  };
  Object.defineProperty(asTask, 'name', { value: body.name, configurable: true });
  Object.defineProperty(asTask, 'length', { value: body.length, configurable: true });
  return Object.assign(asTask, { [taskDefinition]: definition });
}

const asyncGenerator = (name: string): TypeError =>
  new TypeError(
    `task "${printable(name) || 'anonymous'}": its body is an async generator function. The value of a task is the value ` +
      'that its body returns, so the values of an async generator would be lost. ' +
      `Write function*${name && ` ${printable(name)}`} and yield where it awaits, or an async function without the star.`,
  );

class TaskFuture extends Future<unknown> implements TaskCall {
  constructor(
    readonly definition: TaskDefinition,
    readonly self: unknown,
    readonly args: readonly unknown[],
  ) {
    super();
  }

  /** @internal */
  override get [titleSymbol](): string {
    return `a future of task "${this.definition.name}"`;
  }

  /** @internal */
  override [begin](sink: Sink<unknown>, scheduler: BatchScheduler): Execution {
    const execution = new TaskExecution(this, sink, scheduler);
    scheduler.runQueue.runNext(execution);
    return execution;
  }
}
