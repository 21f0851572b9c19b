/** What tasks of a thread have asked their own pool for, and wait for. */
import { serializeError } from '../wire/error-serializer';
import { ANSWER, REJECT } from '../wire/messages';

export class NestedCalls {
  /** So many have no answer yet. */
  count = 0;
  readonly #say: (op: number, id: number, what: unknown) => void;
  readonly #cancels = new Map<number, () => void>();

  constructor(say: (op: number, id: number, what: unknown) => void) {
    this.#say = say;
  }

  /** `run` begins it, and gives what ends it. */
  open(id: number, run: () => () => void): void {
    this.count++;
    const begun: { cancel?: () => void } = {};
    // It may have its answer before it is begun.
    this.#cancels.set(id, () => begun.cancel?.());
    begun.cancel = run();
  }

  answer(id: number, value: unknown): void {
    this.#end(id);
    this.#say(ANSWER, id, value);
  }

  reject(id: number, error: unknown): void {
    this.#end(id);
    this.#say(REJECT, id, serializeError(error));
  }

  /** Nobody waits for it any more. */
  cancel(id: number): void {
    const cancel = this.#cancels.get(id);
    this.#cancels.delete(id);
    cancel?.();
  }

  cancelAll(): void {
    for (const id of this.#cancels.keys()) this.cancel(id);
  }

  #end(id: number): void {
    this.count--;
    this.#cancels.delete(id);
  }
}
