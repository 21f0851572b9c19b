/** What the tasks of this worker have asked their pool for, and wait for. */
import { NativePromise, promiseThen } from '../wire/intrinsics';

interface PendingCall {
  readonly task: object;
  answered(): Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export class PendingCalls {
  /** So many have no answer yet. */
  count = 0;
  readonly #calls: (PendingCall | undefined)[] = [];
  readonly #freeIds: number[] = [];

  /** `send` tells the host. */
  open(task: object, send: (id: number) => void): Promise<unknown> {
    const id = this.#freeId();
    const called = new NativePromise<unknown>((resolve, reject) => {
      this.#calls[id] = { task, answered: () => called, resolve, reject };
    });
    this.count++;
    send(id);
    return called;
  }

  /** Its answer has come: it is over. */
  close(id: number): PendingCall | undefined {
    const call = this.#calls[id];
    this.#calls[id] = undefined;
    this.#freeIds[this.#freeIds.length] = id;
    this.count--;
    return call;
  }

  /** A task that was cancelled waits for none of them; each has an answer yet to come. */
  reject(task: object, error: unknown, forgo: (id: number) => void): void {
    for (let id = 0; id < this.#calls.length; id++) {
      const call = this.#calls[id];
      if (call?.task !== task) continue;
      void promiseThen(call.answered(), nothing, nothing);
      call.reject(error);
      forgo(id);
    }
  }

  #freeId(): number {
    const last = this.#freeIds.length - 1;
    const free = this.#freeIds[last] ?? this.#calls.length;
    if (last >= 0) this.#freeIds.length = last;
    return free;
  }
}

/** Whoever did not wait for it is not told that it failed. */
const nothing = (): undefined => undefined;
