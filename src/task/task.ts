/**
 * A task is a function made into one that returns a Future. Written as a generator, it yields futures and goes on
 * when they have their values; until then, everything else runs. The idea is asynq's `@asynq()`.
 */
import { invalidOption, titled } from '../core/describe';
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
  definitions,
  type TaskCall,
  type TaskDefinition,
} from './task-body';
import { TaskExecution } from './task-execution';

/** What a function that is made a task gives in the end: what it returns, or what that brings later. */
export type TaskResult<R> =
  R extends Generator<unknown, infer V, never> ? TaskResult<V> : R extends Awaitable<infer V> ? V : R;

/** What no task is made of, and why: nothing can be done with it, so the compiler shows the reason. */
interface Refused<Why extends string> {
  readonly refused: Why;
}

/** As rest parameters: there are none if it is so, and else one that nothing can be given for. */
type Unless<IsWrong extends boolean> = IsWrong extends true ? [never] : [];
type If<IsRight extends boolean> = IsRight extends true ? [] : [never];

/** Whether a generator that yields this emits: `any` and `unknown` may be anything. */
type IsEmitting<Y> = unknown extends Y ? false : [Extract<Y, Emission<unknown>>] extends [never] ? false : true;

type IsAsyncGenerator<R> = [R] extends [never]
  ? false
  : R extends AsyncGenerator<unknown, unknown, never>
    ? true
    : false;

/**
 * Makes a task of a generator function, a plain function or an `async` one. `this`, name and arguments are kept. A
 * plain function may return a value, or anything that brings one later (an Observable, a promise, an async iterable);
 * an array it returns is a value. An async generator function is refused, since what it returns would be lost; a plain
 * function that returns an async generator says that it returns an `AsyncIterable`.
 *
 * In a generator, `yield* future` gives the future's value, typed. Bare `yield` also takes arrays and records of
 * futures, and `null`; anything else throws a `TypeError` at the yield.
 *
 * Unsubscribing runs the `finally` blocks, the innermost first; what they yield is driven to its end.
 *
 * @throws TypeError if it is given no function, or an async generator function.
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
// The forms above are what types the yields of a generator written in place; the two below are no tasks.

export function task<Y>(
  body: (this: never, ...args: never) => Generator<Y, unknown, never>,
  ...refused: If<IsEmitting<Y>>
): Refused<'a task has one value: emit() is for the body of stream()'>;
export function task<R>(
  body: (this: never, ...args: never) => R,
  ...refused: If<IsAsyncGenerator<R>>
): Refused<'what an async generator returns would be lost: write function*, or return an AsyncIterable'>;
export function task<A extends readonly unknown[], R>(
  body: (this: undefined, ...args: A) => R,
): (...args: A) => Future<TaskResult<R>>;
export function task<This, A extends readonly unknown[], R>(
  body: (this: This, ...args: A) => R,
): (this: This, ...args: A) => Future<TaskResult<R>>;
export function task<This, A extends readonly unknown[]>(
  body: (this: This, ...args: A) => unknown,
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- for the compiler alone, which gives it a type or none
  ...refused: readonly unknown[]
): ((this: This, ...args: A) => Future<unknown>) | Refused<string> {
  if (typeof body !== 'function') throw invalidOption('task: its body', 'a function, or a generator function', body);
  if (isAsyncGeneratorFunction(body)) throw asyncGenerator(body.name);
  const kind: TaskDefinition = {
    name: printable(body.name) || 'anonymous',
    body,
    isGeneratorFunction: isGeneratorFunction(body),
  };
  const asTask = function (this: This, ...args: A): Future<unknown> {
    const future = new TaskFuture(kind, this, args);
    instrumentation.current?.emit({ type: 'built', future, by: asTask, name: kind.name });
    return future;
  };
  Object.defineProperty(asTask, 'name', { value: body.name, configurable: true });
  Object.defineProperty(asTask, 'length', { value: body.length, configurable: true });
  return Object.assign(asTask, { [definitions]: kind });
}

const asyncGenerator = (name: string): TypeError =>
  new TypeError(
    `task "${printable(name) || 'anonymous'}": its body is an async generator function. A task has the value that its body ` +
      'returns, and what an async generator returns would be lost. ' +
      `Write function*${name && ` ${printable(name)}`} and yield what it awaits, or an async function without the star.`,
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
  override get [titled](): string {
    return `a future of task "${this.definition.name}"`;
  }

  /** @internal */
  override [begin](sink: Sink<unknown>, scheduler: BatchScheduler): Execution {
    const execution = new TaskExecution(this, sink, scheduler);
    scheduler.runQueue.call(execution);
    return execution;
  }
}
