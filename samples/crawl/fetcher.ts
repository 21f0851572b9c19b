/**
 * A fetcher makes a request when its host may have one, and again after a failure that may pass. A try waits its turn in
 * the limiter like any other, so a back-off occupies no slot; a pause that the server asked for is no failed try.
 */
import { timer } from 'rxjs';
import type { Future, Limiter } from 'sluice';
import { TimeoutError, type Client, type RequestConfig, type Response } from './client';
import type { HostPauses } from './host-pauses';
import { codeOf } from './error-code';
import { hostOf } from './normalise';
import { parseRetryAfter } from './retry-after';

export interface FetcherConfig {
  readonly client: Client;
  /** Limiter of all requests. Once it is closed, a request that is not under way fails with a `LimiterClosedError`. */
  readonly limiter: Limiter;
  readonly pauses: HostPauses;
  /** Time, in ms, between a response of a host and the next request to it; `0` is no delay. */
  readonly delayMs: number;
  /** Longer times that hosts ask for. */
  readonly hostDelays: ReadonlyMap<string, number>;
  /** Number of tries of a request that fails in a way that may pass. */
  readonly tries: number;
  /** Delay before the second try, in ms; it doubles from try to try. */
  readonly retryMs: number;
  /** Number of pauses of one request, after which the last response is its result. */
  readonly maxPauses: number;
}

/** Part of a task, which its generator runs with `yield*`. A task of its own would cost time on each page. */
export type Steps<T> = Generator<unknown, T, unknown>;

/** A response of any status, or the error of the last try. */
export type Fetch = (url: string, request: RequestConfig) => Steps<Response>;

export function fetcher(config: FetcherConfig): Fetch {
  const { limiter, client, tries, retryMs, maxPauses } = config;

  const send = (host: string, url: string, request: RequestConfig): Future<Response> => {
    const onEnded = (response?: Response): void => pauseHost(config, host, response);
    return limiter.run(host, () => client.get(url, { ...request, onEnded }));
  };

  return function* fetch(url, request) {
    const host = hostOf(url);
    let failed = 0;
    let paused = 0;
    let hasResent = false;
    for (;;) {
      try {
        const response = yield* send(host, url, request);
        if (asksForPause(response)) {
          // The host is paused by now, so the next try waits.
          if (paused === maxPauses) return response;
          paused += 1;
          failed = 0;
          continue;
        }
        failed += 1;
        if (failed === tries || !TRANSIENT_STATUSES.has(response.status)) return response;
      } catch (error) {
        // A server that closes an idle connection may do so under a request: such a try costs nothing, once.
        if (!hasResent && isClosedConnection(error)) {
          hasResent = true;
          continue;
        }
        failed += 1;
        if (failed === tries || !isTransient(error)) throw error;
      }
      yield timer(retryMs * 2 ** (failed - 1) * (0.75 + Math.random() / 2));
    }
  };
}

/** Pauses a host that asks for it. The request still has its slot then: once it is free, the next request starts. */
function pauseHost(config: FetcherConfig, host: string, response: Response | undefined): void {
  const { limiter, pauses, hostDelays, delayMs } = config;
  // A delay between two starts would be shorter for a server that reads the first of the two requests late.
  const delay = hostDelays.get(host) ?? delayMs;
  if (delay > 0) limiter.key(host).pause(delay);
  if (response === undefined || !asksForPause(response)) return;
  const { 'retry-after': retryAfter, date } = response.headers;
  const asked = parseRetryAfter(retryAfter, date, Date.now());
  limiter.key(host).pause(pauses.next(host, asked, response.startedAt, performance.now()));
}

/** Server errors that pass, and a server that was tired of waiting. 503 is not among them: it asks for a pause. */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 425, 500, 502, 504, 520, 521, 522, 523, 524]);

function asksForPause({ status }: Response): boolean {
  return status === 429 || status === 503;
}

function isTransient(error: unknown): boolean {
  return error instanceof TimeoutError || TRANSIENT_CODES.has(codeOf(error));
}

const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_SOCKET',
]);

/** True if the server closed a connection on which the request was already on its way. */
function isClosedConnection(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(codeOf(error));
}
