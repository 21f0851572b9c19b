/**
 * The message protocol between host and worker. Both send batches: a batch is one flat array of messages, and all messages
 * of one direction have the same number of elements, so that a batch of small tasks is cloned as one list. A task is
 * identified by its slot in the table of its thread (`TaskSlots`). A slot is free again once the last message of the
 * worker about its task has arrived.
 */

/** Elements of a message to the worker: `op, slot or id, first, second`. */
export const WORKER_MESSAGE_SIZE = 4;
/** `function id, code, name of the function`: sent before the first task that runs the function. */
export const DEFINE = 0;
/** `slot, function id, arguments`: run a task. */
export const RUN = 1;
/** `slot, error record`: cancel a task; the record holds the reason. */
export const CANCEL = 2;
/** `slot, count`: the stream may send this many more items. */
export const DEMAND = 3;
/** `call id, value`: a nested call has succeeded. */
export const RESOLVE_CALL = 4;
/** `call id, error record`: a nested call has failed. */
export const REJECT_CALL = 5;
/** `slot, index, error record`: an AbortSignal among the arguments of the task has aborted, with this reason. */
export const ABORT_SIGNAL = 6;
/** `0, undefined, data`: run `init` with its data. Sent first, where `hasInitData` says so. */
export const INIT = 7;
/** `0`: run `teardown`, because the thread is about to be ended. */
export const TEAR_DOWN = 8;

/** Added to the op of a message whose value is an `EncodedValue`. */
export const ENCODED = 32;

/** Elements of a message to the host: `op, slot or id, payload`. */
export const HOST_MESSAGE_SIZE = 3;
/**
 * A batch to the host begins with three numbers: how many tasks have ended, how many ms they took, and the token of the
 * thread. A task that has found the port does not know the token, so it cannot send messages for others.
 */
export const BATCH_HEADER_SIZE = 3;
/** The worker can accept tasks. */
export const READY = 0;
/** `slot, value`: the task has succeeded. */
export const VALUE = 1;
/** `slot, error record`: the task has failed. */
export const FAILURE = 2;
/** `slot, items`: items of a stream. */
export const ITEMS = 3;
/** `slot`: the stream has ended. */
export const END = 4;
/** `slot`: the task was taken back before it had begun. */
export const SKIPPED = 5;
/** `call id, [code, name, arguments, transfer list]`: a task calls another function on its own pool (a nested call). */
export const CALL = 6;
/** `0, error record`: an uncaught error outside of a running task. */
export const FAULT = 7;
/** `0, error record`: `init` has failed, so the worker cannot accept tasks. */
export const INIT_FAILED = 8;
/** `number of the batch`: the worker could not deserialize a batch. */
export const UNREADABLE = 9;
/** `call id, error record`: the caller of a nested call no longer waits for it; the record holds the reason. */
export const CANCEL_CALL = 10;
/** `call id, [index, error record]`: an AbortSignal among the arguments of a nested call has aborted. */
export const ABORT_CALL_SIGNAL = 11;
/** `0`: the used heap of the worker is above its bound. */
export const HEAP_EXCEEDED = 12;
/** `0`: `teardown` has run, so the thread may be ended. */
export const TORN_DOWN = 13;

/** The number of items of one stream that may be on their way to the host. */
export const DEMAND_WINDOW = 64;

/** How a worker finds a function. */
export type FunctionCode =
  | {
      readonly source: string;
      /** Where its `require`, `import()` and references start: a path or URL of a file. Left out where the source has none. */
      readonly from?: string | undefined;
    }
  | {
      /** A `file:` URL, or the name of a package as the file `from` imports it. */
      readonly url: string;
      readonly exportName: string;
      /** For the name of a package: a path or URL of the file that names it; empty where it is not known. */
      readonly from?: string | undefined;
    };

export type CallPayload = readonly [
  code: FunctionCode,
  name: string,
  /** An array, or an `EncodedValue` of one. */
  args: unknown,
  /** The objects in the arguments that are moved instead of being copied. */
  transferList: readonly unknown[],
];

export type Batch = readonly unknown[];

/** Whether a message is a batch of the worker with this token. */
export const isBatchOf = (message: unknown, token: number): message is Batch =>
  Array.isArray(message) && message[2] === token;

/** Whether a message to the host is about the task in a slot. */
export const isAboutSlot = (op: number): boolean => op >= VALUE && op <= SKIPPED;

/** What a worker is started with. */
export interface WorkerInit {
  readonly taskSlots: ArrayBufferLike;
  /** Authenticates the batches of this thread. */
  readonly token: number;
  /** The worker notifies it after each batch, because the host may sleep. */
  readonly hostSignal: ArrayBufferLike;
  /** The host notifies it after each batch, because the worker may sleep. */
  readonly workerSignal: ArrayBufferLike;
  readonly initFunction: FunctionCode | undefined;
  readonly teardownFunction?: FunctionCode | undefined;
  /** Whether `init` waits for a message with its argument. */
  readonly hasInitData?: boolean;
  /** Number of tasks that run at a time. */
  readonly concurrency: number;
  /** Used heap in MB above which the worker asks to be replaced. */
  readonly maxHeapMb: number;
}
