/** One listener for each signal, however many requests it is to abort; it goes with the last of them. */
import type { NotificationQueue } from '../../core/notification-queue';

interface Abortable {
  abort(reason: unknown): void;
}

interface ListenedSignal {
  readonly requests: Set<Abortable>;
  readonly listener: () => void;
}

export class AbortSignals {
  readonly #heard = new Map<AbortSignal, ListenedSignal>();

  constructor(private readonly notices: NotificationQueue) {}

  add(signal: AbortSignal, request: Abortable): void {
    let heard = this.#heard.get(signal);
    if (!heard) {
      const requests = new Set<Abortable>();
      const listener = (): void => {
        this.notices.notifyEach([...requests], (each) => {
          each.abort(signal.reason);
        });
      };
      signal.addEventListener('abort', listener, { once: true });
      this.#heard.set(signal, (heard = { requests, listener }));
    }
    heard.requests.add(request);
  }

  delete(signal: AbortSignal, request: Abortable): void {
    const heard = this.#heard.get(signal);
    if (!heard?.requests.delete(request) || heard.requests.size > 0) return;
    signal.removeEventListener('abort', heard.listener);
    this.#heard.delete(signal);
  }
}
