/**
 * The client makes the requests that it is given, and nothing else: it follows no redirect, and the bytes of a body are
 * counted after decoding, so that a small file that decodes into gigabytes is stopped at the limit.
 */
import type { LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { Observable, type Subscriber } from 'rxjs';
import { Agent, type Dispatcher } from 'undici';
import { codeOf, messageOf } from './error-code';
import { originOf } from './normalise';

export interface ClientConfig {
  readonly userAgent: string;
  /** Largest body in bytes, after decoding. */
  readonly maxBytes: number;
  /** Time for a request with its body, in ms. */
  readonly timeoutMs: number;
  /** Connections for each host. */
  readonly connections: number;
  readonly lookup: LookupFunction;
}

export interface Response {
  readonly status: number;
  readonly headers: Headers;
  /** Body after decoding; empty if it is not wanted. */
  readonly body: Buffer;
  /** Time from the start of the request to the end of the body, in ms. */
  readonly ms: number;
  /** Start of the request on the monotonic clock, in ms. */
  readonly startedAt: number;
}

export type Headers = Readonly<Record<string, string | undefined>>;

/** A body is larger than the limit. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}

/** A body is not in the encoding that its header says. */
export class BadEncodingError extends Error {
  override readonly name = 'BadEncodingError';
}

export interface RequestConfig {
  readonly headers?: Headers;
  readonly maxBytes?: number;
  /** Whether the body of such a response is read. A body that is not read costs no time and no memory. */
  readonly wants: (status: number, headers: Headers) => boolean;
  /** Called before the subscriber, with the response unless the request has failed or was given up. */
  readonly onEnded?: (response?: Response) => void;
}

export class Client {
  readonly #config: ClientConfig;
  #agent: Agent;
  readonly #origins = new Set<string>();

  constructor(config: ClientConfig) {
    this.#config = config;
    this.#agent = this.#newAgent();
  }

  /**
   * One request for each subscription, which is aborted when its subscriber leaves.
   *
   * @param url a normalised URL
   */
  get(url: string, { headers, maxBytes, ...request }: RequestConfig): Observable<Response> {
    const { userAgent, timeoutMs } = this.#config;
    const origin = originOf(url);
    return new Observable((subscriber) => {
      const exchange = new Exchange(subscriber, { ...request, maxBytes: maxBytes ?? this.#config.maxBytes, timeoutMs });
      this.#agentFor(origin).dispatch(
        {
          origin,
          path: url.slice(origin.length),
          method: 'GET',
          headers: { 'user-agent': userAgent, ...ACCEPTED, ...headers },
        },
        exchange,
      );
      return exchange;
    });
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  /** The agent is renewed now and then: it keeps some memory for each origin it has met. */
  #agentFor(origin: string): Agent {
    this.#origins.add(origin);
    if (this.#origins.size > MAX_ORIGINS) {
      this.#origins.clear();
      void this.#agent.close();
      this.#agent = this.#newAgent();
    }
    return this.#agent;
  }

  #newAgent(): Agent {
    const { connections, timeoutMs, lookup } = this.#config;
    return new Agent({
      connect: { lookup, timeout: Math.min(timeoutMs, 10_000) },
      connections,
      pipelining: 1,
      allowH2: false,
      // Shorter than the 5 s after which many servers close an idle connection, perhaps under a request on its way.
      keepAliveTimeout: 4_000,
      keepAliveMaxTimeout: 4_000,
      // The timer of the request is the limit.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }
}

const ACCEPTED = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5',
  'accept-encoding': 'gzip, deflate, br',
} as const;

const MAX_ORIGINS = 2_000;

/** A request has taken longer than it may. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';

  constructor(ms: number) {
    super(`no whole response within ${ms} ms`);
  }
}

interface ExchangeConfig extends Pick<RequestConfig, 'wants' | 'onEnded'> {
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

/** One request and its response. It is a handler of undici, whose `request` makes a stream and four promises more. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #subscriber: Subscriber<Response>;
  readonly #config: ExchangeConfig;
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: Headers = {};
  #isWanted = false;
  /** Number of bytes received of the body, before decoding. */
  #size = 0;
  #isOver = false;

  constructor(subscriber: Subscriber<Response>, config: ExchangeConfig) {
    this.#subscriber = subscriber;
    this.#config = config;
    this.#timer = setTimeout(() => this.#fail(new TimeoutError(config.timeoutMs)), config.timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // The request was given up while it waited for a connection.
    if (this.#isOver) controller.abort(new Error('the request was given up'));
  }

  onResponseStart(_: unknown, status: number, headers: ReceivedHeaders): void {
    // A response such as 103 comes before the one that counts.
    if (status < 200) return;
    this.#status = status;
    this.#headers = flatten(headers);
    this.#isWanted = this.#config.wants(status, this.#headers);
    if (this.#isWanted && Number(this.#headers['content-length'] ?? 0) > this.#config.maxBytes) this.#refuse();
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    if (this.#isOver) return;
    this.#size += chunk.length;
    if (this.#isWanted) {
      this.#chunks.push(chunk);
      // Encoded bytes count too: decoding does not make a page shorter.
      if (this.#size > this.#config.maxBytes) this.#refuse();
    } else if (this.#size > MAX_SKIPPED_BYTES) {
      this.#finish();
      this.#abort();
    }
  }

  onResponseEnd(): void {
    this.#finish();
  }

  onResponseError(_: unknown, error: Error): void {
    this.#fail(error);
  }

  unsubscribe(): void {
    if (this.#isOver) return;
    this.#end();
    this.#abort();
  }

  /** The subscriber goes on in a microtask, when undici has the connection ready for its next request. */
  #finish(): void {
    if (this.#isOver) return;
    this.#end();
    const encodings = this.#headers['content-encoding'];
    const [first = NO_BYTES, second] = this.#chunks;
    const body = second === undefined ? first : Buffer.concat(this.#chunks, this.#size);
    if (encodings === undefined || body.length === 0) afterTurn(() => this.#respond(body));
    else {
      decode(body, encodings, this.#config.maxBytes).then(
        (decoded) => this.#respond(decoded),
        (error: unknown) => this.#reject(error),
      );
    }
  }

  #respond(body: Buffer): void {
    const startedAt = this.#startedAt;
    const [status, headers] = [this.#status, this.#headers];
    const response = { status, headers, body, ms: performance.now() - startedAt, startedAt };
    this.#config.onEnded?.(response);
    this.#subscriber.next(response);
    this.#subscriber.complete();
  }

  #reject(error: unknown): void {
    this.#config.onEnded?.();
    this.#subscriber.error(error);
  }

  #refuse(): void {
    this.#fail(new BodyTooLargeError(`more than ${this.#config.maxBytes} bytes`));
  }

  #fail(error: Error): void {
    if (this.#isOver) return;
    this.#end();
    this.#abort();
    afterTurn(() => this.#reject(error));
  }

  #end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  /** Closes the connection, unless the response has ended. */
  #abort(): void {
    this.#controller?.abort(new Error('the request was given up'));
  }
}

/** Runs a function as a microtask. `queueMicrotask` of Node makes an asynchronous resource for each call, a promise does not. */
function afterTurn(run: () => void): void {
  void Promise.resolve().then(run);
}

const NO_BYTES = Buffer.alloc(0);

/** Bytes that are read in order to keep a connection; beyond it, the connection is closed. */
const MAX_SKIPPED_BYTES = 64 * 1024;

type ReceivedHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

function flatten(headers: ReceivedHeaders): Headers {
  const flat: Record<string, string | undefined> = {};
  for (const name in headers) {
    const value = headers[name];
    flat[name] = typeof value === 'object' ? value.join(', ') : value;
  }
  return flat;
}

async function decode(bytes: Buffer, encodings: string, limit: number): Promise<Buffer> {
  let decoded = bytes;
  // Encodings are listed in the order in which they were applied.
  for (const encoding of encodings.toLowerCase().split(',').reverse()) {
    decoded = await decodeOne(decoded, encoding.trim(), limit);
  }
  return decoded;
}

async function decodeOne(bytes: Buffer, encoding: string, limit: number): Promise<Buffer> {
  if (encoding === '' || encoding === 'identity' || bytes.length === 0) return bytes;
  const decompress = DECODERS.get(encoding)?.(bytes);
  if (decompress === undefined) throw new BadEncodingError(`content-encoding ${encoding} is not supported`);
  try {
    return await decompress(bytes, { maxOutputLength: limit });
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE')
      throw new BodyTooLargeError(`more than ${limit} bytes after decoding`);
    throw new BadEncodingError(`the body is not ${encoding}: ${messageOf(error)}`, { cause: error });
  }
}

type Decompress = (bytes: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

const [gunzipped, brotliDecompressed, inflated, inflatedRaw] = [
  promisify(gunzip),
  promisify(brotliDecompress),
  promisify(inflate),
  promisify(inflateRaw),
] as readonly [Decompress, Decompress, Decompress, Decompress];

/** Some servers send `deflate` without the header of zlib, whose first byte has 8 in its low half. */
const DECODERS: ReadonlyMap<string, (bytes: Buffer) => Decompress> = new Map([
  ['gzip', () => gunzipped],
  ['x-gzip', () => gunzipped],
  ['br', () => brotliDecompressed],
  ['deflate', (bytes: Buffer) => (((bytes[0] ?? 0) & 0x0f) === 8 ? inflated : inflatedRaw)],
]);

/** Bytes unpacked if they are gzip by their first bytes, whatever their name says. */
export async function unpack(bytes: Buffer, limit: number): Promise<Buffer> {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? decodeOne(bytes, 'gzip', limit) : bytes;
}
