/** The errors of the worker pool. They stand beside those of the core, which knows of no threads. */
import { SluiceError } from '../../core/sluice-error';

/** Work came to a pool that is closed, or was in it when it was closed by force. */
export class PoolClosedError extends SluiceError {
  constructor(
    readonly pool: string,
    readonly task: string,
    { isCut }: { readonly isCut: boolean },
  ) {
    super('SLUICE_POOL_CLOSED', {
      what: isCut
        ? `Task "${task}" was cut short: pool "${pool}" was closed.`
        : `Task "${task}" came too late: pool "${pool}" is closed.`,
      why: isCut ? 'It was closed by force, or did not end in the time it was given.' : 'A closed pool takes no work.',
      how: 'Wait for drain() before you close a pool, or give it work that lives shorter.',
    });
  }
}

/** The queue of a pool is as long as it may be. */
export class QueueFullError extends SluiceError {
  constructor(
    readonly pool: string,
    readonly task: string,
    { maxQueue, isEvicted }: { readonly maxQueue: number; readonly isEvicted: boolean },
  ) {
    super('SLUICE_QUEUE_FULL', {
      what: `Task "${task}" ${isEvicted ? 'lost its place in the queue' : 'was refused'} by pool "${pool}".`,
      why: `${String(maxQueue)} task(s) wait already, which is its maxQueue; overflow is '${isEvicted ? 'evict' : 'reject'}'.`,
      how: 'Ask for less at a time (offload and pool.scheduler do), or give the pool a longer queue or more threads.',
    });
  }
}

export type CrashKind = 'exit' | 'out-of-memory' | 'killed' | 'error' | 'message';

/** The thread that ran a task has ended, and the task with it. */
export class WorkerCrashError extends SluiceError {
  constructor(
    readonly task: string,
    readonly kind: CrashKind,
    { exitCode, cause }: { readonly exitCode?: number | undefined; readonly cause?: unknown },
  ) {
    super('SLUICE_WORKER_CRASH', {
      what: `The thread that ran task "${task}" ended: ${CRASHES[kind]}.`,
      why:
        kind === 'exit'
          ? `Something in it called ${exitCode === undefined ? 'close()' : `process.exit(${String(exitCode)})`}.`
          : 'What a task does to its thread ends the task, and no other.',
      how:
        kind === 'out-of-memory'
          ? 'Give it less at a time, or a higher resourceLimits.maxOldGenerationSizeMb.'
          : 'Look at `cause` and `exitCode`; the pool goes on with another thread.',
      cause,
    });
    this.exitCode = exitCode;
  }

  readonly exitCode: number | undefined;
}

const CRASHES: Readonly<Record<CrashKind, string>> = {
  exit: 'it exited',
  'out-of-memory': 'it ran out of memory',
  killed: 'it was ended',
  error: 'something was thrown that nobody caught',
  message: 'its result could not be read here',
};

/** No thread could be started, or none that was fit for work. */
export class WorkerStartError extends SluiceError {
  constructor(
    readonly pool: string,
    readonly task: string,
    cause: unknown,
  ) {
    super('SLUICE_WORKER_START', {
      what: `Pool "${pool}" has no thread to run task "${task}" on.`,
      why: `A thread would not start: ${sentence(cause instanceof Error ? cause.message : String(cause))}`,
      how: 'Look at `cause`, and at init, env, execArgv and resourceLimits. The next task tries again.',
      cause,
    });
  }
}

/** Something can't be sent from one thread to another. */
export class TransferError extends SluiceError {
  constructor(
    readonly task: string,
    readonly path: string,
    what: string,
    cause?: unknown,
  ) {
    super('SLUICE_TRANSFER', {
      what: `${path} of task "${task}" cannot go from one thread to another: it is ${what}.`,
      why: 'What threads send each other is copied by structured clone, or moved by transfer().',
      how: 'Send plain data, and make the rest of it where it is needed.',
      cause,
    });
  }
}

/** The module of a task can't be loaded, or has no such function. */
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

/** A task threw something that is no error. */
export class ThrownValueError extends SluiceError {
  /** What was thrown, if it could travel. */
  readonly thrown: unknown;

  constructor(text: string, thrown: { readonly value: unknown } | undefined) {
    super('SLUICE_THROWN_VALUE', {
      what: `A task threw ${text}, which is no error.`,
      why: thrown ? 'It is in `thrown`, as it was.' : 'It could not be sent from its thread to this one.',
      how: 'Throw an Error, which says what went wrong and where.',
    });
    this.thrown = thrown?.value;
  }
}

/** The same call has ended three threads, and gets no other. */
export class PoisonedTaskError extends SluiceError {
  constructor(
    readonly task: string,
    cause: unknown,
  ) {
    super('SLUICE_POISONED_TASK', {
      what: `Task "${task}" was not run again.`,
      why: 'This call of it has ended three threads.',
      how: 'Look at `cause`, which is how the last of them ended; a new call is tried anew.',
      cause,
    });
  }
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
