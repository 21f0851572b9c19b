/** The cancellation of a scope or a task: the first reason is kept, and a signal aborts also when it is created later. */
import { CancelledError } from '../core/errors';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { runCleanup, type Frame } from '../scheduler/frame';

export class Cancellation {
  #error: CancelledError | undefined;
  #controller: AbortController | undefined;

  /** @param frame the frame in which listeners of the signal run, independent of the frame of the canceller */
  constructor(private readonly frame: Frame | undefined) {}

  /** The error that cancelled work receives; undefined before the cancellation. */
  get error(): CancelledError | undefined {
    return this.#error;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#error) this.#controller.abort(this.#error);
    return this.#controller.signal;
  }

  /** Returns the error of the first reason, also where `reason` is a later one. */
  begin(reason: unknown): CancelledError {
    const error = (this.#error ??= toCancelledError(reason));
    if (this.#controller) runCleanup(this.frame, () => this.#controller?.abort(error));
    return error;
  }
}

/** A reason that is a CancelledError already is not wrapped again. */
const toCancelledError = (reason: unknown): CancelledError =>
  reason instanceof CancelledError ? reason : new CancelledError(reason);

/** The steps that cancel a scope. A yielded generator is run to its end before the next step. */
export type CancelSteps = Generator<CancelSteps, void, void>;

/**
 * Runs the steps with a stack of its own, so that deeply nested scopes do not overflow the native stack. All steps run
 * in one drive: work that waits for other work is cancelled before it could resume with the outcome of that work.
 */
export function runCancelSteps(steps: CancelSteps, { runQueue }: BatchScheduler): void {
  runQueue.drive(() => {
    const stack = [steps];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const { done, value } = top.next();
      if (done) stack.pop();
      else stack.push(value);
    }
  });
}
