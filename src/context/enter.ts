/** Turning a context on for the rest of a block, inside a task: `using _ = enter(context)`. */
import { invalidOption } from '../core/describe';
import { runningTask, type RunningTask } from '../scheduler/ambient';
import { Frame, switchTo } from '../scheduler/frame';
import { TaskContext } from './task-context';
import { enterFrame, leaveFrame } from './stay';

/**
 * Enters a context in the task that runs; disposing of what it returns leaves it again.
 *
 * @throws TypeError outside of a task, since there is nothing whose waiting could pause it.
 * @example
 * const report = task(function* () {
 *   using _ = enter(new Indented());
 *   return yield* nameOf(7);
 * });
 */
export function enter(context: TaskContext): Disposable {
  if (!(context instanceof TaskContext)) throw invalidOption('enter: its context', 'a TaskContext', context);
  const task = runningTask();
  if (!task) {
    throw new TypeError(
      'enter was called outside of a task. A context is on while a task runs, so one must be running. ' +
        'Call it inside the generator function of a task, or put the context around a future: within(context, future).',
    );
  }
  const frame = new Frame(task.frame, { context, owner: task });
  enterFrame(frame, context);
  task.frame = frame;
  return new Stay(task, frame, context);
}

class Stay implements Disposable {
  #isOver = false;

  constructor(
    private readonly task: RunningTask,
    private readonly frame: Frame,
    private readonly context: TaskContext,
  ) {}

  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { task, frame } = this;
    const above = this.#above();
    try {
      leaveFrame(frame, this.context);
    } finally {
      if (above) above.outer = frame.outer;
      else task.frame = frame.outer;
      // Left out of turn: what was entered after it is on again.
      if (above && task === runningTask()) switchTo(task.frame);
    }
  }

  /** The frame that was entered after it, if it is not the last. */
  #above(): Frame | undefined {
    let above: Frame | undefined;
    for (let { frame } = this.task; frame && frame !== this.frame; frame = frame.outer) above = frame;
    return above;
  }
}
