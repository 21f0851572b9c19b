/** `enter` turns a context on for the rest of a block inside a task: `using _ = enter(context)`. */
import { invalidOption } from '../core/describe';
import { runningTask, type CurrentTask } from '../scheduler/ambient';
import { Frame, switchTo } from '../scheduler/frame';
import { TaskContext } from './task-context';
import { enterFrame, leaveFrame } from './frame-entry';

/**
 * Enters a context in the running task. Disposing of the result leaves the context; a context that is not left ends with
 * its task. The idea is asynq's `with` block around an `AsyncContext`.
 *
 * @throws TypeError outside of a task: a context is paused and resumed with a task, so `enter` needs a running one.
 * @example
 * const report = task(function* () {
 *   using _ = enter(new Indented());
 *   return yield* nameOf(7);
 * });
 */
export function enter(context: TaskContext): Disposable {
  if (!(context instanceof TaskContext)) throw invalidOption('enter: context', 'a TaskContext', context);
  const task = runningTask();
  if (!task) {
    throw new TypeError(
      'enter: no task is running. A context is on only while its task runs. ' +
        'Call enter inside the generator function of a task, or put the context around a future: within(context, future).',
    );
  }
  const frame = new Frame(task.frame, { context, owner: task });
  enterFrame(frame, context);
  task.frame = frame;
  return new EnteredContext(task, frame, context);
}

class EnteredContext implements Disposable {
  #isOver = false;

  constructor(
    private readonly task: CurrentTask,
    private readonly frame: Frame,
    private readonly context: TaskContext,
  ) {}

  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { task, frame } = this;
    const inner = this.#frameInside();
    try {
      leaveFrame(frame, this.context);
    } finally {
      if (inner) inner.outer = frame.outer;
      else task.frame = frame.outer;
      // Left out of order: the contexts entered after this one resume.
      if (inner && task === runningTask()) switchTo(task.frame);
    }
  }

  /** The frame entered directly after this one; undefined if this one is the last. */
  #frameInside(): Frame | undefined {
    let inner: Frame | undefined;
    for (let { frame } = this.task; frame && frame !== this.frame; frame = frame.outer) inner = frame;
    return inner;
  }
}
