/**
 * A fetcher makes a request when its host may have one, and again after a failure that may pass. A try waits its turn in
 * the limiter like any other, so a back-off occupies no slot; a pause that the server asked for is no failed try.
 */
import { tap, type Observable } from 'rxjs';
import { task, type Future, type Limiter } from 'sluice';
import { retryTask } from 'sluice/tools';
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

/** A response of any status, or the error of the last try. */
export type Fetch = (url: string, request: RequestConfig) => Future<Response>;

/** State of a request over its tries. */
interface Progress {
  /** Whether the extra try was used that a connection gets which its server closed at the wrong moment. */
  hasResent: boolean;
}

export function fetcher(config: FetcherConfig): Fetch {
  const { limiter, tries, retryMs, maxPauses } = config;

  const send = (url: string, request: RequestConfig): Future<Response> => {
    const host = hostOf(url);
    return limiter.run(host, () => sent(config, host, url, request));
  };

  const tryOften = retryTask(
    function* tryOnce(url: string, request: RequestConfig, progress: Progress) {
      try {
        return failedIfTransient(yield* send(url, request));
      } catch (error) {
        if (progress.hasResent || !isClosedConnection(error)) throw error;
        progress.hasResent = true;
        return failedIfTransient(yield* send(url, request));
      }
    },
    {
      attempts: tries,
      delay: (attempt) => retryMs * 2 ** (attempt - 1) * (0.75 + Math.random() / 2),
      when: isTransient,
    },
  );

  return task(function* fetch(url: string, request: RequestConfig) {
    const progress: Progress = { hasResent: false };
    for (let paused = 0; ; paused += 1) {
      const response = yield* responseOf(tryOften(url, request, progress));
      // The host is paused by now, so the next try waits.
      if (!asksForPause(response) || paused === maxPauses) return response;
    }
  });
}

/**
 * Pauses a host that asks for it. The request still has its slot then: once it is free, the next request starts.
 */
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

/** One request. Its host is paused before the slot is free, so the next request waits. */
function sent(config: FetcherConfig, host: string, url: string, request: RequestConfig): Observable<Response> {
  return config.client.get(url, request).pipe(
    tap({
      next: (response) => pauseHost(config, host, response),
      error: () => pauseHost(config, host, undefined),
    }),
  );
}

/** A response whose status says that another try may help. */
class StatusError extends Error {
  override readonly name = 'StatusError';

  constructor(readonly response: Response) {
    super(`HTTP ${response.status}`);
  }
}

function failedIfTransient(response: Response): Response {
  if (TRANSIENT_STATUSES.has(response.status)) throw new StatusError(response);
  return response;
}

/** The response of the last try, also if its status is a failure. */
function* responseOf(tries: Future<Response>): Generator<unknown, Response, unknown> {
  try {
    return yield* tries;
  } catch (error) {
    if (error instanceof StatusError) return error.response;
    throw error;
  }
}

/** Server errors that pass, and a server that was tired of waiting. 503 is not among them: it asks for a pause. */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 425, 500, 502, 504, 520, 521, 522, 523, 524]);

function asksForPause({ status }: Response): boolean {
  return status === 429 || status === 503;
}

function isTransient(error: unknown): boolean {
  return error instanceof StatusError || error instanceof TimeoutError || TRANSIENT_CODES.has(codeOf(error));
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
