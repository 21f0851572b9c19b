/**
 * A stream is a task of many values: a generator function that waits for futures as a task does, and emits values between
 * them. The idea is asynq's `async_generator`.
 */
import { Observable } from 'rxjs';
import { describe } from '../core/describe';
import { checkFunction } from '../core/option-values';
import { printable } from '../core/printable';
import { currentScheduler } from '../scheduler/batch-scheduler';
import { holdWork } from '../scheduler/frame';
import type { Emitted } from './emission';
import { StreamExecution } from './stream-execution';
import { StreamSubscriberSink } from './stream-subscriber-sink';
import {
  isAsyncGeneratorFunction,
  isGeneratorFunction,
  isTaskBody,
  type TaskCall,
  type TaskDefinition,
} from './task-body';

/**
 * Makes a cold Observable of the values that a generator function emits. Each subscription runs the body anew. The stream
 * completes when the body returns, and fails with an error that the body throws. For arguments, write a function that
 * returns the stream.
 *
 * ```
 * body      --e1--w----e2--|
 * stream    --1--------2---|
 * take(1)   --(1|)
 * finally     f
 * ```
 *
 * Streams that run together share flushes, as tasks do. Unsubscribing, as `take` does, ends the body at its yield and runs
 * its `finally` blocks, the innermost first: the futures they yield run to their end, and the values they emit are dropped.
 * Like any Observable, a stream pushes: it does not wait for slow subscribers.
 *
 * @param body generator function without parameters; it emits with `yield* emit(value)`
 * @throws TypeError if `body` is not a function, or is an async generator function.
 * @example
 * const rows = (table: string) =>
 *   stream(function* rows() {
 *     for (let page = yield* pageOf(`${table}/1`); page; page = yield* pageOf(page.next)) {
 *       for (const row of page.rows) yield* emit(row);
 *     }
 *   });
 * rows('users').pipe(take(10)).subscribe(console.log);
 */
export function stream<Y>(body: () => Generator<Y, void, unknown>): Observable<Emitted<Y>> {
  const call: TaskCall = { definition: streamDefinition(body), self: undefined, args: [] };
  return new Observable((subscriber) => {
    const scheduler = currentScheduler();
    const { runQueue } = scheduler;
    const sink = new StreamSubscriberSink(subscriber);
    const execution = new StreamExecution(call, sink, scheduler);
    // Registered before the body runs, because a subscriber may unsubscribe at the first value.
    subscriber.add(() => {
      if (!sink.isOver) runQueue.drive(() => execution.cancel(holdWork(sink.frame)));
    });
    runQueue.drive(() => {
      runQueue.runNext(execution);
    });
  });
}

function streamDefinition(body: () => unknown): TaskDefinition {
  checkFunction('stream: body', body, 'a generator function');
  const name = printable(body.name) || 'anonymous';
  if (isAsyncGeneratorFunction(body)) throw asyncGenerator(name);
  if (isGeneratorFunction(body)) return { name, body, isGeneratorFunction: true };
  const checkedBody = (): unknown => {
    const result = body();
    if (!isTaskBody(result)) throw notGenerator(name, result);
    return result;
  };
  return { name, body: checkedBody, isGeneratorFunction: false };
}

const asyncGenerator = (name: string): TypeError =>
  new TypeError(
    `stream "${name}": its body is an async generator function, which does not run on a scheduler. ` +
      "Write function* and yield where it awaits; or make an Observable of the async generator with RxJS's defer().",
  );

const notGenerator = (name: string, result: unknown): TypeError =>
  new TypeError(
    `stream "${name}": its body returned ${describe(result)} (${typeof result}), not a generator, so it cannot emit. ` +
      'Pass a generator function: stream(function* () { … yield* emit(value); … }).',
  );
