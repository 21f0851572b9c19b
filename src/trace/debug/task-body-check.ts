/**
 * Warns of two mistakes in the body of a task: a generator function that delegates to itself instead of its task, and an
 * `async` function on a platform that cannot keep its scheduler after an `await`.
 */
import { canCarry } from '../../core/async-local';
import { batchScheduler } from '../../scheduler/batch-scheduler';
import type { InstrumentationEvent, ObservedScheduler } from '../../scheduler/instrumentation';
import { isAsyncFunction, isGeneratorFunction, type TaskCall } from '../../task/task-body';
import type { Warnings } from './warnings';
import { capturedSiteOf } from '../events/instrumentation-hub';

export class TaskBodyCheck {
  /** The source text of each body is searched only once. */
  readonly #checked = new WeakSet<object>();

  constructor(private readonly warnings: Warnings) {}

  handle(event: InstrumentationEvent): void {
    if (event.type !== 'task-began') return;
    // Cast: partial, because a future of another kind has no definition.
    const call = event.task.call as Partial<TaskCall> | undefined;
    if (!call?.definition) return;
    const { name, body } = call.definition;
    this.#checkAsyncBody(name, { body, call, scheduler: event.scheduler });
    if (this.#checked.has(body)) return;
    this.#checked.add(body);
    if (delegatesToItself(body)) this.#warnOfSelfDelegation(name, call);
  }

  #checkAsyncBody(
    name: string,
    { body, call, scheduler }: { body: object; call: object; scheduler: ObservedScheduler },
  ): void {
    if (canCarry || scheduler === batchScheduler || !isAsyncFunction(body)) return;
    this.warnings.warn({
      problem: `task ${name} is an async function on scheduler "${scheduler.name}", which this platform cannot keep after an await`,
      advice:
        'Without AsyncLocalStorage, calls after an await run on the default scheduler, with its batches and caches. ' +
        'Write a function* instead, and yield what it awaits.',
      site: capturedSiteOf(call)?.line,
    });
  }

  #warnOfSelfDelegation(name: string, call: object): void {
    this.warnings.warn({
      problem: `the generator function of task ${name} delegates to itself`,
      advice:
        `Inside function* ${name}, the name means the function and not the task: yield* ${name}(…) runs no task, and fails ` +
        'with a RangeError some thousand levels deep. Remove the name of the function, or rename the function.',
      site: capturedSiteOf(call)?.line,
    });
  }
}

/** Whether the source text has the form `function* sum(n) { … yield* sum(n - 1) … }`. */
function delegatesToItself(body: ((...args: readonly never[]) => unknown) & { readonly name: string }): boolean {
  if (!isGeneratorFunction(body)) return false;
  const source = Function.prototype.toString.call(body);
  const ownName = /^function\s*\*\s*([\w$]+)\s*\(/.exec(source)?.[1];
  if (ownName === undefined) return false;
  const name = ownName.replaceAll('$', String.raw`\$`);
  return new RegExp(String.raw`\byield\s*\*\s*${name}\s*\(`).test(source);
}
