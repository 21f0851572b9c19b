/**
 * Bodies of tasks that do something else than they seem to: a generator that calls itself by its own name in place of its
 * task, and an `async` function where the platform cannot carry its scheduler past an `await`.
 */
import { canCarry } from '../../core/async-local';
import { batchScheduler } from '../../scheduler/batch-scheduler';
import type { InstrumentationEvent, ObservedScheduler } from '../../scheduler/instrumentation';
import { isAsyncFunction, isGeneratorFunction, type TaskCall } from '../../task/task-body';
import type { Warnings } from './warnings';
import { siteWhere } from '../events/instrumentation-hub';

export class TaskBodyCheck {
  /** The source of a function is read once. */
  readonly #looked = new WeakSet<object>();

  constructor(private readonly advice: Warnings) {}

  note(note: InstrumentationEvent): void {
    if (note.type !== 'task-began') return;
    const call = note.task.call as Partial<TaskCall> | undefined; // what a task is a run of, where it has a body
    if (!call?.definition) return;
    const { name, body } = call.definition;
    this.#checkCarrying(name, { body, call, scheduler: note.scheduler });
    if (this.#looked.has(body)) return;
    this.#looked.add(body);
    if (delegatesToItself(body)) this.#adviseOnItself(name, call);
  }

  #checkCarrying(
    name: string,
    { body, call, scheduler }: { body: object; call: object; scheduler: ObservedScheduler },
  ): void {
    if (canCarry || scheduler === batchScheduler || !isAsyncFunction(body)) return;
    this.advice.warn({
      what: `task ${name} is an async function on scheduler "${scheduler.name}", which this platform cannot carry past an await`,
      how:
        'What the function asks for after an await runs on the default scheduler, with its batches and caches, since there ' +
        'is no AsyncLocalStorage. Write function* and yield what it awaits.',
      site: siteWhere(call)?.line,
    });
  }

  #adviseOnItself(name: string, call: object): void {
    this.advice.warn({
      what: `the generator function of task ${name} delegates to itself`,
      how:
        `Within function* ${name}, the name is that function and not the task: yield* ${name}(…) runs no task, and fails ` +
        'with a RangeError some thousand levels deep. Leave out the name of the function, or give it another one.',
      site: siteWhere(call)?.line,
    });
  }
}

/** As `function* sum(n) { … yield* sum(n - 1) … }` does. */
function delegatesToItself(body: ((...args: readonly never[]) => unknown) & { readonly name: string }): boolean {
  if (!isGeneratorFunction(body)) return false;
  const source = Function.prototype.toString.call(body);
  const own = /^function\s*\*\s*([\w$]+)\s*\(/.exec(source)?.[1];
  if (own === undefined) return false;
  const name = own.replaceAll('$', String.raw`\$`);
  return new RegExp(String.raw`\byield\s*\*\s*${name}\s*\(`).test(source);
}
