/** Nested calls are calls that tasks of one thread make on their own pool. This class holds those without a result. */
import { serializeError } from '../wire/error-serializer';
import { RESOLVE_CALL, REJECT_CALL } from '../wire/messages';

export class NestedCalls {
  /** Number of calls without a result. */
  count = 0;
  readonly #send: (op: number, id: number, payload: unknown) => void;
  readonly #cancels = new Map<number, (reason: unknown) => void>();

  constructor(send: (op: number, id: number, payload: unknown) => void) {
    this.#send = send;
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
    this.#send(RESOLVE_CALL, id, value);
  }

  reject(id: number, error: unknown): void {
    this.#close(id);
    this.#send(REJECT_CALL, id, serializeError(error));
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
  }
}
