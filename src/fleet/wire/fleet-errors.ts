/** The errors of a fleet: of its connection to Redis, its workers, and what is sent between them. */
import { SluiceError } from '../../core/sluice-error';

/** Redis refuses a connection or a command of a fleet. The error holds no password, user name or command. */
export class FleetRedisError extends SluiceError {
  constructor(
    /** The host and the port of Redis. */
    readonly address: string,
    /** The first word of the reply, such as `WRONGPASS`, `OOM` or `NOPERM`, or the code of the socket, such as `ECONNREFUSED`. */
    readonly reason: string,
    message: string,
  ) {
    super('SLUICE_FLEET_REDIS', {
      what: `Redis at ${address} refused a connection or a command: ${reason}.`,
      why: `It said: ${message}`,
      how: 'Check the address, the password, the ACL rules and the memory of the server.',
    });
  }
}

/** Redis was out of reach for longer than `redisTimeout`. */
export class FleetUnavailableError extends SluiceError {
  constructor(
    readonly pool: string,
    readonly task: string,
    { address, timeoutMs, cause }: { readonly address: string; readonly timeoutMs: number; readonly cause: unknown },
  ) {
    super('SLUICE_FLEET_UNAVAILABLE', {
      what: `Task "${task}" of fleet "${pool}" was given up: Redis at ${address} was out of reach for ${String(timeoutMs)} ms.`,
      why: 'A fleet keeps its queue and its results in Redis. The task may have run, or may run later.',
      how: 'Check the server, or raise `redisTimeout` so that calls outlast longer outages.',
      cause,
    });
  }
}

/** No worker with the build of the caller was alive for `workerTimeout`. */
export class NoFleetWorkerError extends SluiceError {
  constructor(
    readonly pool: string,
    readonly task: string,
    {
      queue,
      build,
      builds,
      timeoutMs,
    }: {
      readonly queue: string;
      readonly build: string;
      readonly builds: readonly string[];
      readonly timeoutMs: number;
    },
  ) {
    const others = builds.map((other) => `"${other}"`).join(', ');
    super('SLUICE_NO_FLEET_WORKER', {
      what: `Task "${task}" of fleet "${pool}" was given up: for ${String(timeoutMs)} ms, queue "${queue}" had no worker of build "${build}".`,
      why:
        builds.length > 0
          ? `A worker takes only calls of its own build. Workers of other builds are alive: ${others}.`
          : 'No worker of any build is alive.',
      how: `Start one: npx sluice worker --queue ${queue} --build ${build}. Or raise \`workerTimeout\`.`,
    });
    this.build = build;
    this.builds = builds;
  }

  /** The build of the caller. */
  readonly build: string;
  /** The builds of the workers that are alive. */
  readonly builds: readonly string[];
}

/** A worker refused a function, because no folder and no package of its allow-list holds the module. */
export class FunctionNotAllowedError extends SluiceError {
  constructor(
    readonly module: string,
    readonly exportName: string,
    why: string,
  ) {
    super('SLUICE_FUNCTION_NOT_ALLOWED', {
      what: `A worker refused function "${exportName}" of ${module}.`,
      why,
      how: 'Start the worker with the folder in `modules`, or the package in `packages`.',
    });
  }
}

/** The arguments, the result or an item of a call are larger than `maxPayload`. */
export class PayloadTooLargeError extends SluiceError {
  constructor(
    readonly task: string,
    readonly subject: 'arguments' | 'result' | 'items',
    readonly bytes: number,
    readonly maxBytes: number,
  ) {
    super('SLUICE_PAYLOAD_TOO_LARGE', {
      what: `The ${subject} of task "${task}" have ${String(bytes)} bytes; ${String(maxBytes)} are allowed.`,
      why: 'Large values block Redis and the event loops of all its clients.',
      how: 'Send a reference, such as the name of a file in an object store, or raise `maxPayload` on both sides.',
    });
  }
}

/** The worker of a stream ended after the first items; the stream is not run again, because items would repeat. */
export class StreamInterruptedError extends SluiceError {
  constructor(
    readonly task: string,
    /** Number of items that have arrived. */
    readonly items: number,
  ) {
    super('SLUICE_STREAM_INTERRUPTED', {
      what: `The stream of task "${task}" was interrupted after ${String(items)} item(s).`,
      why: 'Its worker ended, or items were lost in Redis. A second run would repeat the items.',
      how: 'Call the task again from the last item, or from the start.',
    });
  }
}

/** The workers that ran a call have ended, one after the other, and so the call is not run again. */
export class StalledCallError extends SluiceError {
  constructor(
    readonly task: string,
    /** Number of runs that ended without an outcome. */
    readonly runs: number,
  ) {
    super('SLUICE_STALLED_CALL', {
      what: `Task "${task}" was started ${String(runs)} time(s), and each time its worker ended before it.`,
      why: 'A worker process was killed, or lost its connection for longer than `lockDuration`.',
      how: 'Look for a crash in the task. A new call of the task is run as usual; `maxStalls` of the worker bounds the runs.',
    });
  }
}

/** The fleet knows no call with this id. */
export class UnknownCallError extends SluiceError {
  constructor(readonly id: string) {
    super('SLUICE_UNKNOWN_CALL', {
      what: `The fleet has no call with the id "${id}".`,
      why: 'The call was never made, its outcome has expired, or Redis has lost its data.',
      how: 'Attach before `outcomeTtl` is over, with the id of a call of the same queue and build.',
    });
  }
}

/** A call has the idempotency key of another call, and other arguments. */
export class IdempotencyConflictError extends SluiceError {
  constructor(
    readonly task: string,
    readonly key: string,
  ) {
    super('SLUICE_IDEMPOTENCY_CONFLICT', {
      what: `Task "${task}" was called with the idempotency key "${key}" of another call, and other arguments.`,
      why: 'Calls with one key are one call: the result of the first would be returned for arguments that were never used.',
      how: 'Make the key from all arguments that matter.',
    });
  }
}

/** A caller and a worker of one build do not understand each other. */
export class FleetProtocolError extends SluiceError {
  constructor(subject: string, got: unknown, expected: number) {
    super('SLUICE_FLEET_PROTOCOL', {
      what: `${subject} has version ${String(got)} of the protocol; this process speaks version ${String(expected)}.`,
      why: 'Callers and workers of one build must have compatible versions of sluice.',
      how: 'Give the new version a `build` of its own on both sides.',
    });
  }
}
