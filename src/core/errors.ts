/**
 * Every error sluice throws. Each says what happened (with the names), why, and what to do, and carries a stable
 * `code`.
 *
 * Misuse is not here: it throws a plain `TypeError` at the call that is wrong.
 */
import { batchTitle, describe, explained } from './describe';
import { printable } from './printable';
import { brand, isError, isSluiceError, SluiceError, type Lesson } from './sluice-error';

/** A resolver ended without a word about this key. */
export class MissingResultError extends SluiceError {
  constructor(
    readonly batch: string,
    readonly key: unknown,
    keyText: string,
  ) {
    super('SLUICE_MISSING_RESULT', {
      what: `${batchTitle(batch)} ended without a result for key ${keyText}.`,
      why: 'Its resolver gave neither a value nor an error for that key.',
      how: 'Give every key a value, `undefined` included, or an Error: in the array, in the Map, or with flush.succeed / flush.fail.',
    });
  }
}

/** A resolver gave something that cannot be matched to its keys. */
export class BatchResultError extends SluiceError {
  constructor(
    readonly batch: string,
    readonly keys: readonly unknown[],
    { got, keysText }: { readonly got: string; readonly keysText: string },
  ) {
    super('SLUICE_BATCH_RESULT', {
      what: `${batchTitle(batch)} asked for ${String(keys.length)} key(s), ${keysText}, and its resolver gave ${explained(got)}.`,
      why: 'Results are matched to keys by their place in an array or by their key in a Map.',
      how: 'Return an array with one element for each key, in key order, or a Map from key to value.',
    });
  }
}

/** `block()` would have to wait for something that only this thread's event loop can bring. */
export class WouldBlockError extends SluiceError {
  constructor(readonly waitingFor: readonly string[]) {
    super('SLUICE_WOULD_BLOCK', {
      what: `block() cannot go on: it waits for ${waitingFor.join('; ')}.`,
      why: 'What is left needs the event loop of this thread, which block() holds.',
      how: 'Await the future instead, or give it a resolver that answers synchronously.',
    });
  }
}

/**
 * `block()` waits, and nothing is pending that could ever end the wait; or keys of batch functions wait for each other.
 */
export class DeadlockError extends SluiceError {
  /** @param cycle The waits, each in words, where keys of batch functions wait for each other. */
  constructor(readonly cycle: readonly string[] = []) {
    super('SLUICE_DEADLOCK', cycle.length > 0 ? cycleLesson(cycle) : blockLesson);
  }
}

const cycleLesson = (cycle: readonly string[]): Lesson => ({
  what: `Keys of batch functions wait for each other: ${cycle.join('; ')}.`,
  why: 'A flush ends when its resolver has ended, which waits for a key of that same flush or of one behind it.',
  how: 'Give such results key by key, as promises or with flush.succeed; ask without the cache; or raise concurrency.',
});

const blockLesson: Lesson = {
  what: 'block() waits for a value that nothing can bring any more.',
  why: 'No task can go on, no batch may be flushed, and nothing outside is waited for.',
  how: 'Look for a value that is never set, or for two tasks that wait for each other.',
};

/** What ran out of its time: a blocking call; or a task of a pool, in its queue, in the load of its module, or at work. */
export type TimeoutKind = 'block' | 'queue' | 'load' | 'run';

/** The time given to a blocking call, or to a task of a pool, was over before the value came. */
export class TaskTimeoutError extends SluiceError {
  readonly kind: TimeoutKind;

  constructor(
    readonly timeoutMs: number,
    cause?: unknown,
    { kind = 'block', task = '' }: { readonly kind?: TimeoutKind; readonly task?: string } = {},
  ) {
    const { what, how } = TIMEOUTS[kind];
    super('SLUICE_TIMEOUT', {
      what: kind === 'block' ? `block(${String(timeoutMs)}) ran out of time.` : `Task "${task}" ${what}.`,
      why: `The value had not come after ${String(timeoutMs)} ms.`,
      how,
      cause,
    });
    this.kind = kind;
  }
}

const TIMEOUTS: Readonly<Record<TimeoutKind, { readonly what: string; readonly how: string }>> = {
  block: {
    what: '',
    how: 'Give it more time, or look for a task that goes on asking without end, or that needs the event loop.',
  },
  queue: { what: 'had not begun when its time was over', how: 'Give the pool more threads, or the task more time.' },
  load: {
    what: 'was still loading its module when its time was over',
    how: 'Look for a top-level await that does not end.',
  },
  run: { what: 'was still at work when its time was over', how: 'Give it more time, or less to do.' },
};

/** An `AsyncValue` was read before it had a value. */
export class NotReadyError extends SluiceError {
  constructor() {
    super('SLUICE_NOT_READY', {
      what: 'This AsyncValue has no value yet.',
      why: '`value` was read before the value was set.',
      how: 'Await it, yield it in a task, or look at `isSet` first.',
    });
  }
}

/** An `AsyncValue` was settled a second time. */
export class AlreadySetError extends SluiceError {
  constructor() {
    super('SLUICE_ALREADY_SET', {
      what: 'This AsyncValue is settled already.',
      why: 'An AsyncValue is settled once, by `set` or by `fail`.',
      how: 'Look at `isSet` before, or make a new AsyncValue.',
    });
  }
}

/** A task had to wait where `forbidSuspension` said that it must not. */
export class SuspensionError extends SluiceError {
  constructor() {
    super('SLUICE_SUSPENSION', {
      what: 'A task was suspended inside forbidSuspension().',
      why: 'It waits for something that has not come yet, so others run meanwhile.',
      how: 'Get what it needs before, or leave the context before the task waits.',
    });
  }
}

/** A task calls itself without end: tasks nest so deep that they have taken most of the memory. */
export class RecursionError extends SluiceError {
  constructor(
    readonly task: string,
    /** How many tasks wait for one another. */
    readonly depth: number,
    heap?: { readonly used_heap_size: number; readonly heap_size_limit: number },
  ) {
    const inMb = (bytes: number): string => String(Math.round(bytes / 2 ** 20));
    const used = heap && `, and ${inMb(heap.used_heap_size)} of ${inMb(heap.heap_size_limit)} MB of the heap are used`;
    super('SLUICE_RECURSION', {
      what: `Task "${task}" was stopped: ${String(depth)} tasks wait for one another${used ?? ''}.`,
      why: 'A task that calls itself, directly or through others, without an end takes all memory.',
      how: 'Look for the call that leads back to the task; or, where the depth is meant, give the process a larger heap.',
    });
  }
}

/** Work was cancelled before it had ended: `reason` is what it was cancelled with. */
export class CancelledError extends SluiceError {
  constructor(readonly reason?: unknown) {
    super('SLUICE_CANCELLED', {
      what: `This work was cancelled${reason === undefined ? '' : `: ${quote(reason)}`}.`,
      why: 'Whoever started it, or its scope, does not want its result any more.',
      how: 'Nothing is wrong with the work itself; look at `reason`.',
      cause: reason,
    });
  }
}

/** Whether it is a `CancelledError`, whichever copy of the library made it. */
export const isCancellation = (error: unknown): boolean => isSluiceError(error) && error.code === 'SLUICE_CANCELLED';

/** Failures of a scope that nobody else was told of: always a group, in the order their tasks were started. */
export class ScopeError extends AggregateError {
  readonly code = 'SLUICE_SCOPE';
  readonly [brand] = true;
  /** What failed first in time; also the `cause`. */
  readonly first: unknown;

  constructor(scope: string, errors: readonly unknown[], first: unknown) {
    const count = errors.length === 1 ? 'One failure' : `${String(errors.length)} failures`;
    super(
      errors,
      `${count} in scope "${scope}": ${errors.map(quote).join('; ').replace(/\.$/, '')}. ` +
        'What fails in a scope fails it, unless somebody waits for it. ' +
        'Handle a failure where you await what `start` gives; the others are in `errors`.',
      { cause: first },
    );
    this.name = 'ScopeError';
    this.first = first;
  }
}

/** Something was to begin in a scope whose door is shut. */
export class ScopeClosedError extends SluiceError {
  constructor(
    readonly scope: string,
    action: string,
    { state, cause }: { readonly state: string; readonly cause?: unknown },
  ) {
    super('SLUICE_SCOPE_CLOSED', {
      what: `${action} came too late: scope "${scope}" is ${state}.`,
      why: 'A scope takes on no work once it has been cancelled or has begun to clean up.',
      how: 'Start it before, or in a scope that lives longer.',
      cause,
    });
  }
}

/** Work of a scope waits for the end of that scope, which waits for the work. */
export class ScopeDeadlockError extends SluiceError {
  constructor(readonly scope: string) {
    super('SLUICE_SCOPE_DEADLOCK', {
      what: `Work of scope "${scope}" waits for that scope to close.`,
      why: 'A scope closes when its work has ended, so both would wait for ever.',
      how: 'Call close() or cancel() without waiting for it, or wait outside of the scope.',
    });
  }
}

/** The time a scope was given was over. Its owner gets this; what is inside sees that it was cancelled. */
export class DeadlineError extends SluiceError {
  constructor(
    readonly scope: string,
    readonly timeoutMs: number,
  ) {
    super('SLUICE_DEADLINE', {
      what: `Scope "${scope}" was not over after ${String(timeoutMs)} ms.`,
      why: 'Its `timeout` was over first, so what was still in it has been cancelled.',
      how: 'Give it more time, or look for what takes so long.',
    });
  }
}

/** Cancelled work would not end, and its scope goes on without it. */
export class TaskLeakError extends SluiceError {
  constructor(
    readonly scope: string,
    readonly task: string,
    { graceMs, startedAt }: { readonly graceMs: number; readonly startedAt: string },
  ) {
    super('SLUICE_TASK_LEAK', {
      what: `Task "${task}" of scope "${scope}" had not ended ${String(graceMs)} ms after it was cancelled.`,
      why: `It does not heed its signal, or its clean-up hangs; it was started ${startedAt}.`,
      how: 'Pass task.signal on to what it waits for, or give it a longer `grace`.',
    });
  }
}

/** A scope of `exitMode: 'throw'` was left, and nobody had waited for this task. */
export class UnawaitedError extends SluiceError {
  constructor(
    readonly scope: string,
    readonly task: string,
  ) {
    super('SLUICE_UNAWAITED', {
      what: `Nobody waited for task "${task}" before scope "${scope}" was left.`,
      why: "The scope has exitMode 'throw', which wants every task to be waited for.",
      how: "Await what `start` gives, or use exitMode 'wait' or 'cancel'.",
    });
  }
}

const quote = (error: unknown): string =>
  isError(error) ? printable(`${error.name}: ${error.message}`) : describe(error);
