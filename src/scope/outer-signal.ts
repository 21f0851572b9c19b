/**
 * The AbortSignals in the options of scopes. A signal may live as long as the process and be shared by many scopes, so it
 * has one listener for all of them, which is removed with the last scope.
 */

type AbortListener = (reason: unknown) => void;

class SharedAbortListener {
  readonly #listeners = new Set<AbortListener>();

  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener('abort', this);
  }

  /** Returns the function that removes the listener. */
  add(listener: AbortListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop();
    };
  }

  /** Implements `EventListenerObject`. */
  handleEvent(): void {
    for (const listener of this.#listeners) listener(this.signal.reason);
    this.#stop();
  }

  #stop(): void {
    this.signal.removeEventListener('abort', this);
    if (sharedListeners.get(this.signal) === this) sharedListeners.delete(this.signal);
  }
}

const sharedListeners = new WeakMap<AbortSignal, SharedAbortListener>();

/** Calls `onAbort` when the signal aborts, or at once if it is aborted. Returns the function that removes the listener. */
export function whenAborted(signal: AbortSignal, onAbort: AbortListener): () => void {
  if (signal.aborted) {
    onAbort(signal.reason);
    return () => undefined;
  }
  const shared = sharedListeners.get(signal) ?? new SharedAbortListener(signal);
  sharedListeners.set(signal, shared);
  return shared.add(onAbort);
}
