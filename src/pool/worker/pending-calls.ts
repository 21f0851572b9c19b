/** Pending calls are the nested calls that tasks of this worker have sent to their pool and that have no result yet. */
import { NativePromise, newList, promiseThen } from '../wire/intrinsics';

interface PendingCall {
  readonly task: object;
  promise(): Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
  /** Removes the listeners on the signals among its arguments. */
  disconnect: (() => void) | undefined;
}

export class PendingCalls {
  count = 0;
  /** By id; undefined where the id is free. */
  readonly #calls = newList<PendingCall | undefined>();
  readonly #freeIds = newList<number>();

  /** @param send sends the call to the host */
  open(task: object, send: (id: number) => void): Promise<unknown> {
    const id = this.#takeId();
    const promise = new NativePromise<unknown>((resolve, reject) => {
      this.#calls[id] = { task, promise: () => promise, resolve, reject, disconnect: undefined };
    });
    this.count++;
    send(id);
    return promise;
  }

  /** Removes a call whose result has arrived. */
  close(id: number): PendingCall | undefined {
    const call = this.#calls[id];
    this.#calls[id] = undefined;
    this.#freeIds[this.#freeIds.length] = id;
    call?.disconnect?.();
    this.count--;
    return call;
  }

  /** Listens to a signal until the call has its result. */
  listen(id: number, signal: AbortSignal, onAbort: () => void): void {
    const call = this.#calls[id];
    if (!call) return;
    const disconnectOthers = call.disconnect;
    signal.addEventListener('abort', onAbort);
    call.disconnect = () => {
      disconnectOthers?.();
      signal.removeEventListener('abort', onAbort);
    };
  }

  /**
   * Rejects the calls of a cancelled task. They stay open until the host has answered each of them.
   *
   * @param cancel tells the host that a call has no waiter any more
   */
  reject(task: object, error: unknown, cancel: (id: number) => void): void {
    for (let id = 0; id < this.#calls.length; id++) {
      const call = this.#calls[id];
      if (call?.task !== task) continue;
      void promiseThen(call.promise(), ignore, ignore);
      call.reject(error);
      cancel(id);
    }
  }

  #takeId(): number {
    const last = this.#freeIds.length - 1;
    const id = this.#freeIds[last] ?? this.#calls.length;
    if (last >= 0) this.#freeIds.length = last;
    return id;
  }
}

/** A call that the task does not await must not become an unhandled rejection. */
const ignore = (): undefined => undefined;
