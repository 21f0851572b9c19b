/** Each abort signal gets one listener, however many runs it aborts. The listener is removed with the last of them. */
import type { NotificationQueue } from '../../core/notification-queue';

interface Abortable {
  abort(reason: unknown): void;
}

interface ObservedSignal {
  readonly targets: Set<Abortable>;
  readonly listener: () => void;
}

export class AbortSignals {
  readonly #observed = new Map<AbortSignal, ObservedSignal>();

  constructor(private readonly notifications: NotificationQueue) {}

  add(signal: AbortSignal, target: Abortable): void {
    let observed = this.#observed.get(signal);
    if (!observed) {
      const targets = new Set<Abortable>();
      const listener = (): void => {
        this.notifications.notifyEach([...targets], (each) => {
          each.abort(signal.reason);
        });
      };
      signal.addEventListener('abort', listener, { once: true });
      this.#observed.set(signal, (observed = { targets, listener }));
    }
    observed.targets.add(target);
  }

  delete(signal: AbortSignal, target: Abortable): void {
    const observed = this.#observed.get(signal);
    if (!observed?.targets.delete(target) || observed.targets.size > 0) return;
    signal.removeEventListener('abort', observed.listener);
    this.#observed.delete(signal);
  }
}
