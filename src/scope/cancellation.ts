/** A cancelling that sticks: the first reason counts, and whoever asks for a signal gets one, also when it is over. */
import { CancelledError } from '../core/errors';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { runAside, type Frame } from '../scheduler/frame';

export class Cancellation {
  #error: CancelledError | undefined;
  #controller: AbortController | undefined;

  /** Listeners of the signal run in the frame, whoever cancels. */
  constructor(private readonly frame: Frame | undefined) {}

  /** What those who are cancelled get; undefined while nobody is. */
  get error(): CancelledError | undefined {
    return this.#error;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#error) this.#controller.abort(this.#error);
    return this.#controller.signal;
  }

  /** Gives what stands: that of the first reason. */
  begin(reason: unknown): CancelledError {
    const error = (this.#error ??= cancelledBy(reason));
    if (this.#controller) runAside(this.frame, () => this.#controller?.abort(error));
    return error;
  }
}

/** The reason may be the error that others are cancelled with. */
const cancelledBy = (reason: unknown): CancelledError =>
  reason instanceof CancelledError ? reason : new CancelledError(reason);

/** Steps of a cancelling; it yields those that are to be done before its next. */
export type Cancelling = Generator<Cancelling, void, void>;

/**
 * However deep scopes are forked, never deep on the native stack. It is one drive: work that waits for other work is
 * cancelled itself before it could go on with how that has ended.
 */
export function perform(whole: Cancelling, { runQueue }: BatchScheduler): void {
  runQueue.drive(() => {
    const stack = [whole];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const { done, value } = top.next();
      if (done) stack.pop();
      else stack.push(value);
    }
  });
}
