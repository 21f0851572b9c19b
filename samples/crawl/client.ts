/**
 * The client makes one request at a time of those it is given, and nothing else: it follows no redirect, and the bytes of
 * a body are counted after decoding, so that a small file that decodes into gigabytes is stopped at the limit.
 */
import type { LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { Agent, request, type Dispatcher } from 'undici';
import { codeOf, messageOf } from './error-code';

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
}

export class Client {
  readonly #config: ClientConfig;
  #agent: Agent;
  readonly #origins = new Set<string>();

  constructor(config: ClientConfig) {
    this.#config = config;
    this.#agent = this.#newAgent();
  }

  /** @param controller aborts the request; a request that takes too long is aborted with it */
  async get(
    url: string,
    { headers, maxBytes, wants }: RequestConfig,
    controller = new AbortController(),
  ): Promise<Response> {
    const limit = maxBytes ?? this.#config.maxBytes;
    const startedAt = performance.now();
    const timeout = setTimeout(
      () => controller.abort(new TimeoutError(this.#config.timeoutMs)),
      this.#config.timeoutMs,
    );
    try {
      const response = await request(url, {
        dispatcher: this.#agentFor(url),
        signal: controller.signal,
        headers: {
          'user-agent': this.#config.userAgent,
          accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5',
          'accept-encoding': 'gzip, deflate, br',
          ...headers,
        },
      });
      const received = flatten(response.headers);
      const body = wants(response.statusCode, received)
        ? await decode(
            await read(response.body, received['content-length'], limit),
            received['content-encoding'],
            limit,
          )
        : await skip(response.body);
      return { status: response.statusCode, headers: received, body, ms: performance.now() - startedAt, startedAt };
    } catch (error) {
      throw controller.signal.aborted ? controller.signal.reason : error;
    } finally {
      clearTimeout(timeout);
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  /** The agent is renewed now and then: it keeps some memory for each origin it has met. */
  #agentFor(url: string): Agent {
    this.#origins.add(new URL(url).origin);
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

/** A request has taken longer than it may. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';

  constructor(ms: number) {
    super(`no whole response within ${ms} ms`);
  }
}

const MAX_ORIGINS = 2_000;

function flatten(headers: Dispatcher.ResponseData['headers']): Headers {
  const flat: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(headers)) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  return flat;
}

/** Bytes as sent. Encoded bytes beyond the limit are refused too: decoding does not make a page shorter. */
async function read(
  body: Dispatcher.ResponseData['body'],
  contentLength: string | undefined,
  limit: number,
): Promise<Buffer> {
  // The client refuses a body that is longer than its header says, and reads it at once in less time than in chunks.
  if (contentLength !== undefined && Number(contentLength) <= limit) return Buffer.from(await body.arrayBuffer());
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the body and its connection.
    if (size > limit) throw new BodyTooLargeError(`more than ${limit} bytes`);
    chunks.push(chunk);
  }
  const [first] = chunks;
  return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks, size);
}

async function skip(body: Dispatcher.ResponseData['body']): Promise<Buffer> {
  await body.dump({ limit: MAX_SKIPPED_BYTES });
  return Buffer.alloc(0);
}

/** Bytes that are read in order to keep a connection; beyond it, the connection is closed. */
const MAX_SKIPPED_BYTES = 64 * 1024;

async function decode(bytes: Buffer, encodings: string | undefined, limit: number): Promise<Buffer> {
  if (encodings === undefined) return bytes;
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
