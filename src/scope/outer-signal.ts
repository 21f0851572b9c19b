/**
 * The AbortSignal that scopes are given from outside. Many may share one that lives as long as the process, so there is
 * one listener for all of them, and none when the last has closed.
 */
type AbortListener = (reason: unknown) => void;

class Listener {
  readonly #hearers = new Set<AbortListener>();

  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener('abort', this);
  }

  /** What comes back takes it away again. */
  add(hear: AbortListener): () => void {
    this.#hearers.add(hear);
    return () => {
      this.#hearers.delete(hear);
      if (this.#hearers.size === 0) this.#stop();
    };
  }

  /** As an event listener. */
  handleEvent(): void {
    for (const hear of this.#hearers) hear(this.signal.reason);
    this.#stop();
  }

  #stop(): void {
    this.signal.removeEventListener('abort', this);
    if (listeners.get(this.signal) === this) listeners.delete(this.signal);
  }
}

const listeners = new WeakMap<AbortSignal, Listener>();

/** Calls it when the signal aborts, or at once if it has; what comes back takes it away again. */
export function whenAborted(signal: AbortSignal, hear: AbortListener): () => void {
  if (signal.aborted) {
    hear(signal.reason);
    return () => undefined;
  }
  const listener = listeners.get(signal) ?? new Listener(signal);
  listeners.set(signal, listener);
  return listener.add(hear);
}
