/** The errors of the worker pool. They are separate from those of the core, which does not depend on threads. */
import { SluiceError } from '../../core/sluice-error';

/** A task was given to a closed pool, or was queued or running when its pool was closed by force. */
export class PoolClosedError extends SluiceError {
  constructor(
    readonly pool: string,
    readonly task: string,
    { isStopped, isPaused = false }: { readonly isStopped: boolean; readonly isPaused?: boolean },
  ) {
    super('SLUICE_POOL_CLOSED', {
      what: isStopped
        ? `Task "${task}" was stopped: pool "${pool}" was closed.`
        : `Task "${task}" was refused: pool "${pool}" is closed.`,
      why: !isStopped
        ? 'A closed pool accepts no tasks.'
        : isPaused
          ? 'The task waited for a thread, and the size of the pool is 0, so none would ever have run it.'
          : 'The pool was closed by force, or the task did not end within the timeout of close().',
      how: isPaused
        ? 'Set the size of a paused pool to 1 or more before you close it, if its queue is to run.'
        : 'Await drain() before you close a pool, and submit no task afterwards.',
    });
  }
}

/** The queue of a pool holds `maxQueue` tasks already. */
export class QueueFullError extends SluiceError {
  constructor(
    readonly pool: string,
    readonly task: string,
    { maxQueue, isEvicted }: { readonly maxQueue: number; readonly isEvicted: boolean },
  ) {
    super('SLUICE_QUEUE_FULL', {
      what: isEvicted
        ? `Task "${task}" was evicted from the queue of pool "${pool}".`
        : `Task "${task}" was refused by pool "${pool}".`,
      why: `The queue is full: its maxQueue is ${String(maxQueue)}, and overflow is '${isEvicted ? 'evict' : 'reject'}'.`,
      how: 'Submit fewer tasks at a time (offload and pool.scheduler do that), or raise maxQueue or the number of threads.',
    });
  }
}

export type CrashKind = 'exit' | 'out-of-memory' | 'killed' | 'error' | 'message';

/** The thread that ran a task has ended, and so the task has failed. */
export class WorkerCrashError extends SluiceError {
  constructor(
    readonly task: string,
    readonly kind: CrashKind,
    {
      exitCode,
      cause,
      others = 0,
    }: { readonly exitCode?: number | undefined; readonly cause?: unknown; readonly others?: number },
  ) {
    super('SLUICE_WORKER_CRASH', {
      what: `The thread that ran task "${task}" ended: ${CRASHES[kind]}.`,
      why:
        (kind === 'exit'
          ? `Code on that thread called ${exitCode === undefined ? 'close()' : `process.exit(${String(exitCode)})`}.`
          : 'All tasks that had started on the thread fail with it; the others run on another thread.') +
        (others === 0
          ? ''
          : ` The thread ran ${String(others)} other task${others === 1 ? '' : 's'} as well, which may be the cause.`),
      how: ADVICE[kind],
      cause,
    });
    this.exitCode = exitCode;
    this.others = others;
  }

  readonly exitCode: number | undefined;
  /** Number of other tasks that had started on the thread. If it is 0, this task has caused the end of the thread. */
  readonly others: number;
}

const CRASHES: Readonly<Record<CrashKind, string>> = {
  exit: 'it exited',
  'out-of-memory': 'it ran out of memory',
  killed: 'it was terminated',
  error: 'an error was thrown and not caught',
  message: 'its result could not be deserialized',
};

const ADVICE: Readonly<Record<CrashKind, string>> = {
  exit: 'Return or throw in a task instead; the pool continues with another thread.',
  'out-of-memory': 'Give the task less data at a time, or raise resourceLimits.maxOldGenerationSizeMb.',
  killed:
    'Run the task again. A thread is not terminated if its cancelled tasks end within `grace` ms: heed their `signal`.',
  error: 'Read `cause`; the pool continues with another thread.',
  message: 'Read `cause`; the pool continues with another thread.',
};

/** A pool could not start a thread, or `init` failed on each thread that it started. */
export class WorkerStartError extends SluiceError {
  constructor(
    readonly pool: string,
    readonly task: string,
    cause: unknown,
  ) {
    super('SLUICE_WORKER_START', {
      what: `Pool "${pool}" has no thread to run task "${task}" on.`,
      why: `The start of a thread failed: ${sentence(cause instanceof Error ? cause.message : String(cause))}`,
      how: 'Read `cause`, and check init, env, execArgv and resourceLimits. The next task starts a thread again.',
      cause,
    });
  }
}

/** An argument, a result or an item cannot be sent from one thread to another. */
export class TransferError extends SluiceError {
  constructor(
    readonly task: string,
    readonly path: string,
    what: string,
    cause?: unknown,
  ) {
    super('SLUICE_TRANSFER', {
      what: `${path} of task "${task}" cannot be sent to another thread: it is ${what}.`,
      why: 'Values are copied between threads by structured clone, or moved by transfer().',
      how: 'Send plain data, and create everything else on the thread that uses it.',
      cause,
    });
  }
}

/** The module of a task cannot be loaded, or does not export the function. */
export class ModuleLoadError extends SluiceError {
  constructor(
    readonly url: string,
    readonly exportName: string,
    { why, cause }: { readonly why: string; readonly cause?: unknown },
  ) {
    super('SLUICE_MODULE_LOAD', {
      what: `A worker found no function "${exportName}" in ${url}.`,
      why: sentence(why),
      how: 'Give an absolute URL, as new URL("./work.js", import.meta.url), of a module that exports that function.',
      cause,
    });
  }
}

/** A task threw a value that is not an Error. */
export class ThrownValueError extends SluiceError {
  /** The thrown value; undefined if it could not be sent to this thread. */
  readonly thrown: unknown;

  constructor(text: string, thrown: { readonly value: unknown } | undefined) {
    super('SLUICE_THROWN_VALUE', {
      what: `A task threw ${text}, which is not an Error.`,
      why: thrown
        ? 'The property `thrown` holds a copy of the value.'
        : 'The value could not be sent from its thread to this one.',
      how: 'Throw an Error: it has a message and a stack.',
    });
    this.thrown = thrown?.value;
  }
}

/** The same call has ended three threads, and is not run a fourth time. */
export class PoisonedTaskError extends SluiceError {
  constructor(
    readonly task: string,
    cause: unknown,
  ) {
    super('SLUICE_POISONED_TASK', {
      what: `Task "${task}" was not run again.`,
      why: 'This call of the task has ended three threads.',
      how: 'Read `cause`: it tells how the last of those threads ended. A new call of the task is run as usual.',
      cause,
    });
  }
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
