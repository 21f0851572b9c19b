/**
 * How many tasks a thread may be sent ahead. One at first; more and more while they are tiny, so that the way there and
 * back is paid once for many; one again when they are long, so that none waits behind another without need.
 */
const MOST = 64;
/** Tasks that take less, in ms, are tiny. */
const TINY = 0.05;
/** Tasks that take more are long. */
const LONG = 2;
/** How much the past counts beside what comes. */
const INERTIA = 0.5;

export class PrefetchWindow {
  credits = 1;
  #mean = TINY;
  readonly #canSendAhead: boolean;

  /** Where nothing that was sent can be taken back, nothing is sent ahead. */
  constructor(canSendAhead: boolean) {
    this.#canSendAhead = canSendAhead;
  }

  /** So many tasks have ended in so many ms. */
  learn(ended: number, ms: number): void {
    if (ended === 0 || !this.#canSendAhead) return;
    const mean = ms / ended;
    this.#mean = mean > LONG ? mean : this.#mean * INERTIA + mean * (1 - INERTIA);
    if (this.#mean < TINY) this.credits = Math.min(MOST, this.credits * 2);
    else this.credits = Math.max(1, Math.min(this.credits, Math.floor(LONG / this.#mean)));
  }
}
