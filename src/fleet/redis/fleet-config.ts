/** The options that callers and workers of a queue have in common, and their checks. */
import { fileURLToPath } from 'node:url';
import { invalidOption } from '../../core/describe';
import { checkCount, checkMs, checkString, hasMethod } from '../../core/option-values';
import type { FleetTelemetryApi } from '../wire/fleet-telemetry';
import type { PayloadStore } from '../wire/payloads';
import type { FleetConnectionConfig } from './redis-connection';

export interface FleetConfig {
  /** A `redis:` or `rediss:` URL, or the options of ioredis, such as `host`, `username`, `password`, `tls` and `sentinels`. */
  readonly connection: FleetConnectionConfig;
  /** Name of the queue: letters, digits, `_`, `-` and `.`. */
  readonly queue: string;
  /**
   * Name of the version of the functions, written like `queue`. Workers take only calls of their own build, so that an old
   * worker never runs a call of a new caller.
   *
   * @defaultValue `'default'`
   */
  readonly build?: string;
  /**
   * First part of all keys in Redis.
   *
   * @defaultValue `'sluice'`
   */
  readonly prefix?: string;
  /**
   * Time in ms for which Redis keeps an outcome that no caller has received. It must exceed the longest absence of a caller.
   *
   * @defaultValue 3 600 000, an hour
   */
  readonly outcomeTtl?: number;
  /**
   * Most bytes of the arguments, of the result, and of one portion of items of a call.
   *
   * @defaultValue 16 777 216
   */
  readonly maxPayload?: number;
  /**
   * Keeps payloads of more than 64 kB, which would block Redis as parts of jobs. Callers and workers need the same store.
   *
   * @defaultValue keys of their own in Redis
   */
  readonly store?: PayloadStore;
  /**
   * The package `@opentelemetry/api`, imported as `import * as api`. The trace of a caller then goes on in the spans of its
   * workers, if both sides have this option.
   *
   * @defaultValue none
   */
  readonly telemetry?: FleetTelemetryApi;
  /**
   * Time in ms between two signs of life. A process without one for three times as long counts as dead.
   *
   * @defaultValue 1000
   */
  readonly heartbeat?: number;
}

export interface FleetOptions {
  readonly connection: FleetConnectionConfig;
  readonly queue: string;
  readonly build: string;
  readonly prefix: string;
  readonly outcomeTtl: number;
  readonly maxPayload: number;
  readonly store: PayloadStore | undefined;
  readonly telemetry: FleetTelemetryApi | undefined;
  readonly heartbeat: number;
}

export const fleetOptionNames: readonly string[] = Object.keys({
  connection: true,
  queue: true,
  build: true,
  prefix: true,
  outcomeTtl: true,
  maxPayload: true,
  store: true,
  telemetry: true,
  heartbeat: true,
} satisfies Record<keyof FleetConfig, true>);

/** Bytes of a payload that are sent within a job or a reply. */
export const INLINE_BYTES = 65_536;

/** @throws TypeError that names the first invalid option. The connection is checked where it is opened. */
export function checkedFleetOptions(caller: string, config: FleetConfig): FleetOptions {
  const { connection, queue, build = 'default', prefix = 'sluice', store, telemetry } = config;
  const { outcomeTtl = 3_600_000, maxPayload = 16 * 2 ** 20, heartbeat = 1_000 } = config;
  checkName(`${caller}: queue`, queue);
  checkName(`${caller}: build`, build);
  checkString(`${caller}: prefix`, prefix);
  if (/[{}\s]/.test(prefix) || prefix === '')
    throw invalidOption(`${caller}: prefix`, 'a text without braces and blanks', prefix);
  checkCount(`${caller}: outcomeTtl`, outcomeTtl, { min: 1_000, unit: 'ms' });
  checkCount(`${caller}: maxPayload`, maxPayload, { min: 1, unit: 'bytes' });
  checkMs(`${caller}: heartbeat`, heartbeat);
  if (heartbeat < 10) throw invalidOption(`${caller}: heartbeat`, 'a number of ms, 10 or more', heartbeat);
  if (store !== undefined && !(['put', 'get', 'delete'] as const).every((method) => hasMethod(store, method)))
    throw invalidOption(`${caller}: store`, 'an object with the methods put, get and delete', store);
  if (telemetry !== undefined && !hasMethod(Object(telemetry.propagation), 'inject'))
    throw invalidOption(
      `${caller}: telemetry`,
      'the package `@opentelemetry/api`, imported as `import * as api`',
      telemetry,
    );
  return { connection, queue, build, prefix, outcomeTtl, maxPayload, store, telemetry, heartbeat };
}

/** BullMQ refuses colons in names; braces would change the slot in a cluster. */
export function checkName(place: string, value: unknown): void {
  if (typeof value === 'string' && /^[\w.-]+$/.test(value)) return;
  throw invalidOption(place, 'a text of letters, digits, "_", "-" and "."', value);
}

/** The path of a folder that is given as a path or a `file:` URL. */
export function folderOf(place: string, folder: unknown): string {
  if (folder instanceof URL) return fileURLToPath(folder);
  if (typeof folder !== 'string' || folder === '')
    throw invalidOption(place, 'the path or the URL of a folder', folder);
  return folder.startsWith('file:') ? fileURLToPath(folder) : folder;
}
