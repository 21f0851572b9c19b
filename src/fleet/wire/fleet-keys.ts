/**
 * The keys of a fleet in Redis. All of them begin with the prefix and the queue as hash tag, so that a cluster keeps them in
 * one slot, and a scan for `sluice:{queue}:*` finds all of them.
 */

/** Number of calls whose outcomes share one hash. */
export const BUCKET_SIZE = 100;

export class FleetKeys {
  /** The prefix of BullMQ, without the colon at its end. */
  readonly prefix: string;
  /** Callers and workers that are alive, with the end of their lease as score. */
  readonly members: string;
  /** The channel for messages to workers. */
  readonly control: string;
  /** The start of the keys of reply streams. */
  readonly replyPrefix: string;

  constructor(
    prefix: string,
    queue: string,
    readonly build: string,
  ) {
    this.prefix = `${prefix}:{${queue}}`;
    this.members = `${this.prefix}:members`;
    this.control = `${this.prefix}:${build}:control`;
    this.replyPrefix = `${this.prefix}:${build}:replies:`;
  }

  /** The hash of a job of BullMQ. */
  job(jobId: string): string {
    return `${this.prefix}:${this.build}:${jobId}`;
  }

  /** The stream of outcomes and items for one caller. */
  replies(caller: string): string {
    return this.replyPrefix + caller;
  }

  /** The hash with the outcomes of a bucket of calls. */
  outcomes(bucket: string): string {
    return `${this.prefix}:${this.build}:outcomes:${bucket}`;
  }

  /** The number of items that the caller of a stream has granted in all. Its lease is the life of that caller. */
  credit(callId: string): string {
    return `${this.prefix}:${this.build}:credit:${callId}`;
  }

  /** Arguments, results and items that are too large for a job or a reply. */
  payload(name: string): string {
    return `${this.prefix}:${this.build}:payload:${name}`;
  }

  /** The permits and waiters of a limiter for one key. */
  limiter(name: string, key: string): string {
    return `${this.prefix}:limiter:${name}:${key}`;
  }
}

/** The two parts of the id of a call: the bucket of its outcome, and its field in the bucket. */
export function splitCallId(id: string): readonly [bucket: string, field: string] {
  const dot = id.lastIndexOf('.');
  return [id.slice(0, dot), id.slice(dot + 1)];
}
