/** What a pool needs of the platform it runs on: threads, a bell to sleep by, and to be kept alive. */
import type { Batch, FunctionCode } from '../wire/messages';
import type { CrashKind } from '../wire/pool-errors';

export interface ThreadPlan {
  readonly name: string;
  readonly init: FunctionCode | undefined;
  readonly places: ArrayBufferLike;
  /** What `new Worker` takes. */
  readonly options: ThreadOptions;
}

/** As Node's `new Worker` takes them; a browser has none of them. */
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
  onBatch(batch: Batch): void;
  /** A batch has come that can't be read. */
  onUnreadable(error: unknown): void;
  /** It has ended, or never began. Comes last, and once. */
  onExit(death: WorkerExit): void;
}

/** A thread, as a pool sees it. */
export interface ThreadHandle {
  /** @throws DataCloneError if something in it can't travel; then nothing is sent. */
  post(batch: Batch, transfer: readonly unknown[]): void;
  kill(): void;
}

export interface Platform {
  /** Whether threads can share memory with this one. */
  readonly canShare: boolean;
  /** Whether what threads send can be had without this thread's event loop. */
  readonly canBlock: boolean;
  /** How many threads the machine runs at a time. */
  cores(): number;
  /** Starts a thread, or throws. */
  start(plan: ThreadPlan, events: ThreadEvents): ThreadHandle;
  /** Keeps the process alive for it, or no longer. */
  keepProcessAlive(): () => void;
  /** A pool that needs threads has come; call what comes back when it has gone. */
  registerPool(): () => void;
  /**
   * Sleeps until a thread has sent something, for so many ms at most, and hands it over; false where this thread must
   * not sleep.
   */
  block(ms: number): boolean;
}
