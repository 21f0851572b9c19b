/**
 * The connections of one pool or worker to Redis. They reconnect soon, notice a half-open socket within seconds, and keep
 * passwords out of errors: ioredis puts the arguments of AUTH into the errors that it emits, and BullMQ prints an error of a
 * client without a listener.
 */
import { Redis, type RedisOptions } from 'ioredis';
import { invalidOption } from '../../core/describe';
import { FleetRedisError } from '../wire/fleet-errors';

/** A `redis:` or `rediss:` URL, or the options of ioredis: `host`, `username`, `password`, `tls`, `sentinels`, … */
export type FleetConnectionConfig = string | RedisOptions;

const DEFAULT_PORT = 6379;
/** A blocking command must end sooner than this, or its socket counts as dead. */
const SOCKET_TIMEOUT_MS = 5_000;
/** ms of a blocking read. */
export const BLOCK_MS = 2_000;
const QUIT_MS = 1_000;
const DISCONNECT_MS = 100;
const MAX_RECONNECT_MS = 1_000;

export class RedisConnection {
  /** The host and the port, and nothing secret. */
  readonly address: string;
  /** The last failure since the connection was ready. */
  lastError: FleetRedisError | undefined;
  readonly #options: RedisOptions;
  readonly #secrets: readonly string[];
  readonly #clients = new Set<Redis>();
  /** When the first client lost its connection; undefined while it has one. */
  #downSince: number | undefined = Date.now();
  /** Whether idle connections keep the process alive. */
  readonly #isReferenced: boolean;

  /** @param isReferenced whether the connections keep the process alive */
  constructor(caller: string, config: FleetConnectionConfig, isReferenced: boolean) {
    this.#options = optionsOf(caller, config);
    this.#isReferenced = isReferenced;
    const { host, port, sentinels, password, username, sentinelPassword } = this.#options;
    const [sentinel] = sentinels ?? [];
    this.address = `${host ?? sentinel?.host ?? 'localhost'}:${String(port ?? sentinel?.port ?? DEFAULT_PORT)}`;
    this.#secrets = [password, username, sentinelPassword].filter(
      (secret) => typeof secret === 'string' && secret !== '',
    ) as string[];
  }

  /** For how many ms the first client has had no connection. */
  get downMs(): number {
    return this.#downSince === undefined ? 0 : Date.now() - this.#downSince;
  }

  /** Opens a connection of its own. A connection that blocks or subscribes can do nothing else. */
  open(): Redis {
    const client = new Redis({
      retryStrategy: (times) =>
        Math.min(MAX_RECONNECT_MS, 50 * 2 ** Math.min(times - 1, 5)) * (0.75 + Math.random() / 2),
      connectTimeout: SOCKET_TIMEOUT_MS,
      // The timer of a socket that has closed before keeps the process alive.
      disconnectTimeout: DISCONNECT_MS,
      socketTimeout: SOCKET_TIMEOUT_MS,
      ...this.#options,
      // A job waits for its connection instead of failing after some retries.
      maxRetriesPerRequest: null,
      replyMapping: 'legacy',
    });
    const isFirst = this.#clients.size === 0;
    this.#clients.add(client);
    client.on('error', (error: unknown) => {
      this.lastError = this.toError(error);
    });
    client.on('connect', () => {
      if (!this.#isReferenced) client.stream.unref();
    });
    if (!isFirst) return client;
    client.on('ready', () => {
      this.#downSince = undefined;
      this.lastError = undefined;
    });
    client.on('close', () => {
      this.#downSince ??= Date.now();
    });
    return client;
  }

  /** An error without the secrets, the command and its arguments. */
  toError(error: unknown): FleetRedisError {
    const { message = String(error), code } = error as { readonly message?: string; readonly code?: string };
    const [reason = ''] = /^[A-Z]{2,}/.exec(message) ?? [code ?? 'ERROR'];
    const scrubbed = this.#secrets.reduce((text, secret) => text.replaceAll(secret, '***'), message);
    return new FleetRedisError(this.address, reason, /[.!?]$/.test(scrubbed) ? scrubbed : `${scrubbed}.`);
  }

  /** Ends all connections, also while Redis is away. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.#clients].map(async (client) => {
        if (client.status === 'ready') {
          const quit = client.quit().catch(() => undefined);
          await Promise.race([quit, new Promise((timedOut) => setTimeout(timedOut, QUIT_MS).unref())]);
        }
        client.disconnect();
      }),
    );
    this.#clients.clear();
  }

  /** Ends a connection that may be in a blocking command. */
  drop(client: Redis): void {
    this.#clients.delete(client);
    client.disconnect();
  }
}

/** @throws TypeError for a connection that is no URL of Redis and no object. The error shows no part of a URL. */
function optionsOf(caller: string, config: unknown): RedisOptions {
  const place = `${caller}: connection`;
  if (typeof config === 'string') {
    const url = parsedUrl(config);
    if (!url)
      throw new TypeError(
        `${caller}: expected \`connection\` to be a redis: or rediss: URL; got another text, which is not shown because it may hold a password.`,
      );
    return url;
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    throw invalidOption(place, 'a redis: or rediss: URL, or the options of ioredis', config);
  const options = config as RedisOptions;
  if (typeof (options as { duplicate?: unknown }).duplicate === 'function')
    throw invalidOption(place, 'a URL or options, because a fleet opens several connections', config);
  if (options.keyPrefix !== undefined)
    throw new TypeError(`${place}: expected no \`keyPrefix\`, which BullMQ does not support. Set \`prefix\` instead.`);
  return { ...options };
}

function parsedUrl(text: string): RedisOptions | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, port, username, password, pathname } = new URL(text);
  if (protocol !== 'redis:' && protocol !== 'rediss:') return undefined;
  const host = hostname.replace(/^\[|\]$/g, '');
  return {
    host,
    ...(port === '' ? {} : { port: Number(port) }),
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(/^\/\d+$/.test(pathname) ? { db: Number(pathname.slice(1)) } : {}),
    ...(protocol === 'rediss:' ? { tls: { servername: host } } : {}),
  };
}
