/**
 * Connected signals are the AbortSignals among the arguments of the tasks of a thread. When one aborts on this side, its copy
 * in the worker is aborted too, until the task has left the thread.
 */
import { whenAborted } from '../../core/abort-listeners';

export class ConnectedSignals {
  /** By slot: disconnects the signals of its task. */
  readonly #disconnects = new Map<number, () => void>();
  readonly #onAborted: (slot: number, index: number, reason: unknown) => void;

  /** @param onAborted called with the slot of a task, and the index of the signal among those of its arguments */
  constructor(onAborted: (slot: number, index: number, reason: unknown) => void) {
    this.#onAborted = onAborted;
  }

  connect(slot: number, signals: readonly AbortSignal[]): void {
    if (signals.length === 0) return;
    const disconnects = signals.map((signal, index) =>
      whenAborted(signal, (reason) => {
        this.#onAborted(slot, index, reason);
      }),
    );
    this.#disconnects.set(slot, () => {
      for (const disconnect of disconnects) disconnect();
    });
  }

  disconnect(slot: number): void {
    if (this.#disconnects.size === 0) return;
    this.#disconnects.get(slot)?.();
    this.#disconnects.delete(slot);
  }

  disconnectAll(): void {
    for (const slot of [...this.#disconnects.keys()]) this.disconnect(slot);
  }
}
