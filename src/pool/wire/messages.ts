/**
 * What host and worker say to each other. Both send batches: one flat array of messages, each of as many elements as
 * its direction has, so that a batch of small tasks is cloned as one list. A task is known by its place among those its
 * thread has been sent (`Places`); a place is free again when the worker's last message about it has come.
 */

/** To the worker: `op, place or id, first, second`. */
export const TO_WORKER = 4;
/** `function's id, code, its name`: comes before the first task that runs it. */
export const DEFINE = 0;
/** `place, function's id, arguments` */
export const RUN = 1;
/** `place, why`: in words. */
export const CANCEL = 2;
/** `place, so many more items may be sent` */
export const DEMAND = 3;
/** `id of the call, value` */
export const ANSWER = 4;
/** `id of the call, error record` */
export const REJECT = 5;

/** To the host: `op, place or id, payload`, after a head of two: how many tasks have ended, and how many ms they took. */
export const TO_HOST = 3;
export const HEAD = 2;
/** It can take work. */
export const READY = 0;
/** `place, value`: the task has ended. */
export const VALUE = 1;
/** `place, error record`: the task has ended. */
export const FAILURE = 2;
/** `place, items`: of a stream. */
export const ITEMS = 3;
/** `place`: the stream has ended. */
export const END = 4;
/** `place`: it was taken back before it had begun. */
export const SKIPPED = 5;
/** `id, [code, name, arguments]`: a task wants another run by its own pool. */
export const CALL = 6;
/** `0, error record`: thrown where no task was at work, or one that has ended. */
export const FAULT = 7;
/** `0, error record`: it can't take work. */
export const INIT_FAILED = 8;
/** `number of the batch`: it could not be read. */
export const UNREADABLE = 9;

/** `id of the call`: nobody waits for it any more. */
export const CANCEL_CALL = 10;

/** So many items of a stream may be on their way. */
export const DEMAND_WINDOW = 64;

/** Where a function is found in the worker. */
export type FunctionCode =
  | { readonly source: string }
  | {
      /** A `file:` URL, or the name of a package as `base` imports it. */
      readonly url: string;
      readonly exportName: string;
      readonly base?: string | undefined;
    };

export type CallPayload = readonly [
  code: FunctionCode,
  name: string,
  args: readonly unknown[],
  /** What of each argument is moved, and not copied. */
  moved: readonly (readonly unknown[] | undefined)[],
];

export type Batch = readonly unknown[];

/** What a worker is born with. */
export interface WorkerInit {
  readonly places: ArrayBufferLike;
  /** Counts up when a batch has been sent to the host, and wakes it if it sleeps. */
  readonly hostBell: ArrayBufferLike;
  /** The same the other way. */
  readonly workerBell: ArrayBufferLike;
  readonly init: FunctionCode | undefined;
}
