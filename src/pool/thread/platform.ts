/** The platform is what a pool needs from Node or from a browser: threads, a blocking wait, and to keep the process alive. */
import type { Batch, FunctionCode, WorkerInit } from '../wire/messages';
import type { CrashKind } from '../wire/pool-errors';

/** What a thread runs before its first task and before its end. */
export interface ThreadLifecyclePlan {
  readonly init: FunctionCode | undefined;
  readonly teardown: FunctionCode | undefined;
  /** The argument of `init`; undefined for none. */
  readonly initData: unknown;
}

/** The part of `WorkerInit` that tells a thread what it runs before its first task and before its end. */
export const lifecycleFunctions = ({
  init,
  teardown,
  initData,
}: ThreadLifecyclePlan): Pick<WorkerInit, 'initFunction' | 'teardownFunction' | 'hasInitData'> => ({
  initFunction: init,
  teardownFunction: teardown,
  hasInitData: initData !== undefined,
});

export interface ThreadPlan {
  readonly name: string;
  readonly lifecycle: ThreadLifecyclePlan;
  readonly limits: ThreadLimits;
  /** The memory of the thread's task slots. */
  readonly slots: ArrayBufferLike;
  /** The worker sends it with each batch. */
  readonly token: number;
  readonly options: ThreadOptions;
}

/** How much a thread runs, at a time and before it is replaced. */
export interface ThreadLimits {
  readonly concurrency: number;
  readonly maxTasksPerThread: number;
  readonly maxHeapMbPerThread: number;
}

/** Options of Node's `new Worker`. Browsers have none of them. */
export interface ThreadOptions {
  readonly resourceLimits?: Readonly<Record<string, number>> | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | symbol | undefined;
  readonly execArgv?: readonly string[] | undefined;
}

export interface WorkerExit {
  readonly kind: CrashKind;
  readonly exitCode?: number | undefined;
  readonly cause?: unknown;
}

export interface ThreadEvents {
  /** A message has arrived: a batch, or anything that a task has sent on the port of its worker. */
  onBatch(batch: unknown): void;
  /** A batch has arrived that cannot be deserialized. */
  onUnreadable(error: unknown): void;
  /** The thread has ended, or could not start. This is the last event, and it comes once. */
  onExit(exit: WorkerExit): void;
}

/** A running thread. */
export interface ThreadHandle {
  /** @throws DataCloneError if a value cannot be cloned or transferred; nothing is sent then. */
  post(batch: Batch, transferList: readonly unknown[]): void;
  kill(): void;
}

export interface Platform {
  /** Whether threads can share memory with this one. */
  readonly canShare: boolean;
  /** Whether messages of threads can be received while this thread blocks. */
  readonly canBlock: boolean;
  /** Number of threads that the machine runs in parallel. */
  cores(): number;
  /** @throws if the thread cannot be started. */
  start(plan: ThreadPlan, events: ThreadEvents): ThreadHandle;
  /** Keeps the process alive until the returned function is called. */
  keepProcessAlive(): () => void;
  /** Calls back when nothing keeps the process alive any more, unless the returned function was called before. */
  onProcessEnd(callback: () => void): () => void;
  /** Registers a pool that needs threads. The returned function unregisters it. */
  registerPool(): () => void;
  /** Blocks until a thread has sent a message, for `ms` at most, and delivers it. False where this thread must not block. */
  block(ms: number): boolean;
}
