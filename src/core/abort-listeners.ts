/**
 * An AbortSignal may live as long as the process and be shared by many subscribers. Each signal gets one listener for all
 * of them, which is removed with the last subscriber.
 */
import { NotificationQueue } from './notification-queue';

export interface Abortable {
  /** Called when the signal aborts, with its reason. */
  abort(reason: unknown): void;
}

interface SharedListener {
  readonly targets: Set<Abortable>;
  readonly onAbort: () => void;
}

export class AbortListeners {
  readonly #shared = new WeakMap<AbortSignal, SharedListener>();

  constructor(private readonly notifications: NotificationQueue) {}

  /** Notifies `target` when the signal aborts, until `delete`. The signal must not be aborted yet. */
  add(signal: AbortSignal, target: Abortable): void {
    let shared = this.#shared.get(signal);
    if (!shared) {
      const targets = new Set<Abortable>();
      const onAbort = (): void => this.#notify(targets, signal);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#shared.set(signal, (shared = { targets, onAbort }));
    }
    shared.targets.add(target);
  }

  delete(signal: AbortSignal, target: Abortable): void {
    const shared = this.#shared.get(signal);
    if (!shared?.targets.delete(target) || shared.targets.size > 0) return;
    signal.removeEventListener('abort', shared.onAbort);
    this.#shared.delete(signal);
  }

  #notify(targets: ReadonlySet<Abortable>, { reason }: AbortSignal): void {
    this.notifications.notifyEach([...targets], (target) => {
      // An earlier target may have deleted this one.
      if (targets.has(target)) target.abort(reason);
    });
  }
}

const processListeners = new AbortListeners(new NotificationQueue());

/** Calls `onAbort` when the signal aborts, or at once if it is aborted. Returns the function that unsubscribes. */
export function whenAborted(signal: AbortSignal, onAbort: (reason: unknown) => void): () => void {
  if (signal.aborted) {
    onAbort(signal.reason);
    return () => undefined;
  }
  const target: Abortable = { abort: onAbort };
  processListeners.add(signal, target);
  return () => {
    processListeners.delete(signal, target);
  };
}
