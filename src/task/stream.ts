/**
 * A stream is a task of many values: written as a generator, it waits for futures as a task does, and emits between
 * them. The idea is asynq's `async_generator`.
 */
import { Observable } from 'rxjs';
import { describe, invalidOption } from '../core/describe';
import { printable } from '../core/printable';
import { currentScheduler } from '../scheduler/batch-scheduler';
import { holder } from '../scheduler/frame';
import type { Emitted } from './emission';
import { StreamExecution, StreamOutlet } from './stream-execution';
import {
  isAsyncGeneratorFunction,
  isGeneratorFunction,
  isTaskBody,
  type TaskCall,
  type TaskDefinition,
} from './task-body';

/**
 * A cold Observable of what its body emits: each subscription runs the body anew. It completes when the body returns,
 * and fails with what it throws. Its arguments are those of a function around it.
 *
 * ```
 * body      --e1--w----e2--|
 * stream    --1--------2---|
 * take(1)   --(1|)
 * finally     f
 * ```
 *
 * Several that are consumed together share flushes, as tasks do. Unsubscribing, as `take` does, leaves the body at its
 * yield and runs its `finally` blocks, the innermost first; what they yield is driven to its end, and what they emit is
 * dropped. As any Observable it pushes: it does not wait for subscribers that take their time.
 *
 * @throws TypeError if it is given no function, or an async generator function.
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
    const outlet = new StreamOutlet(subscriber);
    const execution = new StreamExecution(call, outlet, scheduler);
    // Before it runs, since it may be left as soon as it emits.
    subscriber.add(() => {
      if (!outlet.isOver) runQueue.drive(() => execution.cancel(holder(outlet.frame)));
    });
    runQueue.drive(() => {
      runQueue.call(execution);
    });
  });
}

function streamDefinition(body: () => unknown): TaskDefinition {
  if (typeof body !== 'function') throw invalidOption('stream: its body', 'a generator function', body);
  const name = printable(body.name) || 'anonymous';
  if (isAsyncGeneratorFunction(body)) throw asyncGenerator(name);
  if (isGeneratorFunction(body)) return { name, body, isGeneratorFunction: true };
  const checked = (): unknown => {
    const given = body();
    if (!isTaskBody(given)) throw noGenerator(name, given);
    return given;
  };
  return { name, body: checked, isGeneratorFunction: false };
}

const asyncGenerator = (name: string): TypeError =>
  new TypeError(
    `stream "${name}": its body is an async generator function, which runs by itself and not on a scheduler. ` +
      "Write function* and yield what it awaits; or let RxJS's defer() make an Observable of it as it is.",
  );

const noGenerator = (name: string, given: unknown): TypeError =>
  new TypeError(
    `stream "${name}": its body gave ${describe(given)} (${typeof given}), and no generator, so there is nothing that ` +
      'could emit. Give it a generator function: stream(function* () { … yield* emit(value); … }).',
  );
