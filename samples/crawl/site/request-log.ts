/** The log of the requests as a server sees them: when each starts and ends, how many of its host are under way, and the gaps. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';

export interface ServedRequest {
  /** The host of the request, in lower case, without port and final dot. */
  readonly host: string;
  /** The path and query as the client sent them. */
  readonly path: string;
  /** The canonical URL. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Start of the request, in ms since the start of the log. */
  readonly start: number;
  /** End of the response or of its connection, in ms; undefined while the request is under way. */
  readonly end: number | undefined;
  /** Status of the response; 0 while the request is under way, and if the connection ends before a response. */
  readonly status: number;
  /** Number of requests of the host that are under way at the start, including this one. */
  readonly underWay: number;
  /** Time since the start of the previous request of the host, in ms; Infinity for the first one. */
  readonly gap: number;
}

interface HostState {
  underWay: number;
  lastStart: number;
}

export class RequestLog {
  readonly #startOfLog = performance.now();
  readonly #hosts = new Map<string, HostState>();
  readonly #requests: ServedRequest[] = [];

  get requests(): readonly ServedRequest[] {
    return this.#requests;
  }

  /** Records a request that starts now, and its end when its response or its connection ends. */
  recordUntilClosed(
    { host, url }: Pick<ServedRequest, 'host' | 'url'>,
    { url: path = '/', headers }: IncomingMessage,
    response: ServerResponse,
  ): void {
    const state = this.#hosts.get(host) ?? { underWay: 0, lastStart: -Infinity };
    this.#hosts.set(host, state);
    const start = this.#now();
    const entry: Writable<ServedRequest> = {
      host,
      path,
      url,
      headers,
      start,
      end: undefined,
      status: 0,
      underWay: (state.underWay += 1),
      gap: start - state.lastStart,
    };
    state.lastStart = start;
    this.#requests.push(entry);
    response.once('close', () => {
      state.underWay -= 1;
      entry.end = this.#now();
      if (response.headersSent) entry.status = response.statusCode;
    });
  }

  #now(): number {
    return performance.now() - this.#startOfLog;
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
