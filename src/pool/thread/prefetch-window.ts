/**
 * The prefetch window is the number of tasks that a thread may hold at a time. It starts at one. It grows while tasks are
 * tiny, so that many share one message, and shrinks to one while tasks are long, so that none waits behind another.
 */
const MAX_CREDITS = 64;
/** Tasks that take less than this, in ms, are tiny. */
const TINY_MS = 0.05;
/** Tasks that take more than this, in ms, are long. */
const LONG_MS = 2;
/** Weight of the past in the running mean. */
const INERTIA = 0.5;

export class PrefetchWindow {
  credits = 1;
  #meanMs = TINY_MS;
  readonly #canPrefetch: boolean;

  /** @param canPrefetch false where a sent task cannot be taken back */
  constructor(canPrefetch: boolean) {
    this.#canPrefetch = canPrefetch;
  }

  /** Adapts the window to `ended` tasks that took `ms` together. */
  learn(ended: number, ms: number): void {
    if (ended === 0 || !this.#canPrefetch) return;
    const mean = ms / ended;
    this.#meanMs = mean > LONG_MS ? mean : this.#meanMs * INERTIA + mean * (1 - INERTIA);
    if (this.#meanMs < TINY_MS) this.credits = Math.min(MAX_CREDITS, this.credits * 2);
    else this.credits = Math.max(1, Math.min(this.credits, Math.floor(LONG_MS / this.#meanMs)));
  }
}
