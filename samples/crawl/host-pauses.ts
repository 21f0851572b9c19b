/**
 * A server that answers 429 or 503 asks for a pause, which is one of the whole host: it belongs to the limiter, where no
 * page occupies a slot while it waits. Without a Retry-After each pause is twice as long as the one before.
 */
import { LONGEST_RETRY_AFTER_MS } from './retry-after';

export interface HostPausesConfig {
  /** First pause without a Retry-After, in ms. */
  readonly firstMs: number;
  /** Longest pause without a Retry-After, in ms. */
  readonly longestMs: number;
  /** Returns a number from 0 to 1, by which pauses of several hosts differ. */
  readonly random?: () => number;
}

interface HostState {
  /** Number of pauses in a row that the host did not give the time of. */
  failures: number;
  /** End of the latest pause, in ms on the clock of the caller. */
  until: number;
}

export class HostPauses {
  readonly #config: HostPausesConfig;
  readonly #hosts = new Map<string, HostState>();

  constructor(config: HostPausesConfig) {
    this.#config = config;
  }

  /**
   * Time that the host is to be paused from now on, in ms.
   *
   * @param retryAfterMs what the response asks for
   * @param startedAt start of the request. A request sent before the latest pause says nothing new.
   * @param now the current time on the same clock
   */
  next(host: string, retryAfterMs: number | undefined, startedAt: number, now: number): number {
    const state = this.#hosts.get(host) ?? { failures: 0, until: Number.NEGATIVE_INFINITY };
    if (retryAfterMs !== undefined) {
      const ms = Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS);
      this.#hosts.set(host, { ...state, until: Math.max(state.until, now + ms) });
      return ms;
    }
    const { firstMs, longestMs, random = Math.random } = this.#config;
    if (startedAt < state.until) return Math.max(0, state.until - now);
    // A host that was quiet for as long as the longest pause is forgiven.
    const failures = startedAt - state.until > longestMs ? 0 : state.failures;
    const ms = Math.min(firstMs * 2 ** failures, longestMs) * (1 + JITTER * random());
    this.#hosts.set(host, { failures: failures + 1, until: now + ms });
    return ms;
  }
}

/** Largest part of a pause by which it is made longer. */
const JITTER = 0.1;
