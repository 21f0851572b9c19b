/** Nested calls are calls that tasks of one thread make on their own pool. This class holds those without a result. */
import type { CreateSignal } from '../wire/decode-value';

/** Sends the result of a call to the thread of its task. */
export interface ResultSender {
  answer(id: number, value: unknown): void;
  reject(id: number, error: unknown): void;
}

export class NestedCalls {
  /** Number of calls without a result. */
  count = 0;
  readonly #sender: ResultSender;
  readonly #cancels = new Map<number, (reason: unknown) => void>();
  /** The signals among the arguments of each call. */
  readonly #controllers = new Map<number, AbortController[]>();

  constructor(sender: ResultSender) {
    this.#sender = sender;
  }

  /** @param start starts the call and returns the function that cancels it */
  open(id: number, start: () => (reason: unknown) => void): void {
    this.count++;
    const started: { cancel?: (reason: unknown) => void } = {};
    // The result may arrive before `start` returns, so the call is registered first.
    this.#cancels.set(id, (reason) => started.cancel?.(reason));
    started.cancel = start();
  }

  answer(id: number, value: unknown): void {
    this.#close(id);
    this.#sender.answer(id, value);
  }

  reject(id: number, error: unknown): void {
    this.#close(id);
    this.#sender.reject(id, error);
  }

  /** Makes the signals among the arguments of a call. */
  signalFactory(id: number): CreateSignal {
    return (index) => {
      const controllers = this.#controllers.get(id) ?? [];
      this.#controllers.set(id, controllers);
      return (controllers[index] = new AbortController()).signal;
    };
  }

  abortSignal(id: number, index: number, reason: unknown): void {
    this.#controllers.get(id)?.[index]?.abort(reason);
  }

  /** Cancels the call because its task does not wait for the result any more. */
  cancel(id: number, reason: unknown): void {
    const cancel = this.#cancels.get(id);
    this.#cancels.delete(id);
    cancel?.(reason);
  }

  cancelAll(): void {
    for (const id of this.#cancels.keys()) this.cancel(id, 'The thread of the calling task has ended.');
  }

  #close(id: number): void {
    this.count--;
    this.#cancels.delete(id);
    this.#controllers.delete(id);
  }
}
