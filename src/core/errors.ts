/**
 * The errors of sluice's core. Each message says what happened (with names), why, and what to do; each error has a stable
 * `code`. Wrong arguments are not in this file: they throw a `TypeError` at the wrong call.
 */
import { batchTitle, describe, explainResult } from './describe';
import { printable } from './printable';
import { brand, DOCS, isError, isSluiceError, SluiceError, type MessageParts } from './sluice-error';

/** A resolver ended without a result for a key. */
export class MissingResultError extends SluiceError {
  constructor(
    readonly batch: string,
    readonly key: unknown,
    keyText: string,
  ) {
    super('SLUICE_MISSING_RESULT', {
      what: `${batchTitle(batch)} ended without a result for key ${keyText}.`,
      why: 'The resolver returned neither a value nor an error for that key.',
      how: 'Return a value (`undefined` is one) or an Error for every key: in the array, in the Map, or with flush.succeed / flush.fail.',
    });
  }
}

/** A resolver returned a result that cannot be matched to its keys. */
export class BatchResultError extends SluiceError {
  constructor(
    readonly batch: string,
    readonly keys: readonly unknown[],
    { got, keysText }: { readonly got: string; readonly keysText: string },
  ) {
    super('SLUICE_BATCH_RESULT', {
      what: `${batchTitle(batch)} requested ${String(keys.length)} key(s), ${keysText}, and its resolver returned ${explainResult(got)}.`,
      why: 'Results are matched to keys by index in an array or by key in a Map.',
      how: 'Return an array with one element for each key, in the order of the keys, or a Map from key to value.',
    });
  }
}

/** Two rows have the same key, where the result of a key is one row. */
export class DuplicateKeyError extends SluiceError {
  constructor(
    tool: string,
    readonly key: unknown,
  ) {
    super('SLUICE_DUPLICATE_KEY', {
      what: `${tool} got two rows with the key ${describe(key)}.`,
      why: 'The result of a key is one row.',
      how: "Use groupByKey for several rows of one key, or choose a row with `duplicates: 'first'` or `'last'`.",
    });
  }
}

/** `block()` would have to wait for a result that needs the event loop of this thread. */
export class WouldBlockError extends SluiceError {
  constructor(readonly waitingFor: readonly string[]) {
    super('SLUICE_WOULD_BLOCK', {
      what: `block() cannot continue: it waits for ${waitingFor.join('; ')}.`,
      why: 'The remaining work needs the event loop of this thread, which block() occupies.',
      how: 'Await the future instead of calling block(), or use a resolver that returns synchronously.',
    });
  }
}

/** `block()` waits for a value that no pending work can produce, or keys of batch functions wait for each other. */
export class DeadlockError extends SluiceError {
  /** @param cycle the description of each wait, where keys of batch functions wait for each other */
  constructor(readonly cycle: readonly string[] = []) {
    super('SLUICE_DEADLOCK', cycle.length > 0 ? cycleMessage(cycle) : blockMessage);
  }
}

const cycleMessage = (cycle: readonly string[]): MessageParts => ({
  what: `Keys of batch functions wait for each other: ${cycle.join('; ')}.`,
  why: 'A resolver waits for a key of its own flush, or for a key of a later flush that waits for this one.',
  how: 'Settle these keys one by one, as promises or with flush.succeed; load them without the cache; or raise `concurrency`.',
});

const blockMessage: MessageParts = {
  what: 'block() waits for a value that cannot arrive any more.',
  why: 'No task can continue, no batch can be flushed, and no external work is pending.',
  how: 'Look for a value that is never set, or for two tasks that wait for each other.',
};

/**
 * The phase that timed out: a blocking call (`block`), or a task of a pool while it waited in the queue (`queue`), while its
 * module was loading (`load`) or while it was running (`run`).
 */
export type TimeoutKind = 'block' | 'queue' | 'load' | 'run';

/** A blocking call, or a task of a pool, did not end within its time. */
export class TaskTimeoutError extends SluiceError {
  readonly kind: TimeoutKind;

  constructor(
    readonly timeoutMs: number,
    cause?: unknown,
    { kind = 'block', task = '' }: { readonly kind?: TimeoutKind; readonly task?: string } = {},
  ) {
    const { what, how } = TIMEOUTS[kind];
    super('SLUICE_TIMEOUT', {
      what: kind === 'block' ? `block(${String(timeoutMs)}) timed out.` : `Task "${task}" ${what}.`,
      why: `No value had arrived after ${String(timeoutMs)} ms.`,
      how,
      cause,
    });
    this.kind = kind;
  }
}

const TIMEOUTS: Readonly<Record<TimeoutKind, { readonly what: string; readonly how: string }>> = {
  block: {
    what: '',
    how: 'Raise the time limit, or look for a task that requests values without end, or that needs the event loop.',
  },
  queue: { what: 'timed out in the queue', how: 'Give the pool more threads, or raise the time limit of the task.' },
  load: { what: 'timed out while its module was loading', how: 'Look for a top-level await that does not end.' },
  run: { what: 'timed out while it was running', how: 'Raise the time limit of the task, or give the task less work.' },
};

/** An `AsyncValue` was read before it had a value. */
export class NotReadyError extends SluiceError {
  constructor() {
    super('SLUICE_NOT_READY', {
      what: 'This AsyncValue has no value yet.',
      why: '`value` was read before the value was set.',
      how: 'Await the AsyncValue, yield it in a task, or check `isSet` first.',
    });
  }
}

/** An `AsyncValue` was settled a second time. */
export class AlreadySetError extends SluiceError {
  constructor() {
    super('SLUICE_ALREADY_SET', {
      what: 'This AsyncValue is already settled.',
      why: 'An AsyncValue can be settled only once, by `set` or by `fail`.',
      how: 'Check `isSettled` first, or create a new AsyncValue.',
    });
  }
}

/** A task had to wait inside `forbidSuspension()`. */
export class SuspensionError extends SluiceError {
  constructor() {
    super('SLUICE_SUSPENSION', {
      what: 'A task was suspended inside forbidSuspension().',
      why: 'The task waits for a value that has not arrived, and other tasks run in the meantime.',
      how: 'Load the value before entering the context, or leave the context before the task waits.',
    });
  }
}

/** A task calls itself without end: nested tasks have taken most of the memory. */
export class RecursionError extends SluiceError {
  constructor(
    readonly task: string,
    /** Number of nested tasks, each waiting for the next. */
    readonly depth: number,
    heap?: { readonly used_heap_size: number; readonly heap_size_limit: number },
  ) {
    const inMb = (bytes: number): string => String(Math.round(bytes / 2 ** 20));
    const used = heap && `, and ${inMb(heap.used_heap_size)} of ${inMb(heap.heap_size_limit)} MB of the heap are used`;
    super('SLUICE_RECURSION', {
      what: `Task "${task}" was stopped: ${String(depth)} nested tasks wait for one another${used ?? ''}.`,
      why: 'A task that calls itself without end, directly or through other tasks, takes all memory.',
      how: 'Look for the call that leads back to the task, or give the process a larger heap if the depth is intended.',
    });
  }
}

/** Work was cancelled before its end. `reason` is the argument of the cancellation. */
export class CancelledError extends SluiceError {
  constructor(readonly reason?: unknown) {
    super('SLUICE_CANCELLED', {
      what: `This work was cancelled${reason === undefined ? '' : `: ${quote(reason)}`}.`,
      why: 'The caller or the scope of the work no longer needs its result.',
      how: 'The work itself has not failed; see `reason`.',
      cause: reason,
    });
  }
}

/** Whether the error is a `CancelledError` of any copy of the library. */
export const isCancellation = (error: unknown): boolean => isSluiceError(error) && error.code === 'SLUICE_CANCELLED';

/** The unhandled failures of a scope, always as a group, in the order in which their tasks were started. */
export class ScopeError extends AggregateError {
  readonly code = 'SLUICE_SCOPE';
  readonly docs = DOCS + this.code;
  readonly [brand] = true;
  /** The earliest failure; also the `cause`. */
  readonly first: unknown;

  constructor(scope: string, errors: readonly unknown[], first: unknown) {
    const count = errors.length === 1 ? 'One failure' : `${String(errors.length)} failures`;
    super(
      errors,
      `${count} in scope "${scope}": ${quoteSome(errors)}. ` +
        'A task that fails makes its scope fail, unless its result is awaited. ' +
        'Await the result of `start` and handle the failure there; all failures are in `errors`.',
      { cause: first },
    );
    this.name = 'ScopeError';
    this.first = first;
  }
}

/** Failures that a message quotes. */
const MAX_QUOTED = 5;
/** Characters of a failure in a message. A scope that fails within another one is quoted there with its own failures. */
const MAX_QUOTE_LENGTH = 300;

function quoteSome(errors: readonly unknown[]): string {
  const quoted = errors.slice(0, MAX_QUOTED).map((error) => {
    const text = quote(error).replace(/\.$/, '');
    return text.length > MAX_QUOTE_LENGTH ? `${text.slice(0, MAX_QUOTE_LENGTH)}…` : text;
  });
  const others = errors.length - quoted.length;
  return others > 0 ? `${quoted.join('; ')}; and ${String(others)} more` : quoted.join('; ');
}

/** Work was started in a scope that no longer accepts work. */
export class ScopeClosedError extends SluiceError {
  constructor(
    readonly scope: string,
    action: string,
    { state, cause }: { readonly state: string; readonly cause?: unknown },
  ) {
    super('SLUICE_SCOPE_CLOSED', {
      what: `${action} came too late: scope "${scope}" is ${state}.`,
      why: 'A scope accepts no work after it was cancelled or has begun to clean up.',
      how: 'Start the work earlier, or in a scope with a longer lifetime.',
      cause,
    });
  }
}

/** Work of a scope waits for the end of that scope, which waits for the work. */
export class ScopeDeadlockError extends SluiceError {
  constructor(readonly scope: string) {
    super('SLUICE_SCOPE_DEADLOCK', {
      what: `Work of scope "${scope}" waits for that scope to close.`,
      why: 'A scope closes when its work has ended, so both would wait forever.',
      how: 'Call close() or cancel() without awaiting it, or await it outside of the scope.',
    });
  }
}

/** The `timeout` of a scope elapsed. The owner of the scope receives this error; the work in the scope is cancelled. */
export class DeadlineError extends SluiceError {
  constructor(
    readonly scope: string,
    readonly timeoutMs: number,
  ) {
    super('SLUICE_DEADLINE', {
      what: `Scope "${scope}" had not ended after ${String(timeoutMs)} ms.`,
      why: 'The `timeout` of the scope elapsed, so its remaining work was cancelled.',
      how: 'Raise `timeout`, or look for the work that takes so long.',
    });
  }
}

/** Cancelled work did not end within its `grace`, and its scope continues without it. */
export class TaskLeakError extends SluiceError {
  constructor(
    readonly scope: string,
    readonly task: string,
    { graceMs, startedAt }: { readonly graceMs: number; readonly startedAt: string },
  ) {
    super('SLUICE_TASK_LEAK', {
      what: `Task "${task}" of scope "${scope}" had not ended ${String(graceMs)} ms after it was cancelled.`,
      why: `The task ignores its signal, or its clean-up hangs; the task was started ${startedAt}.`,
      how: 'Pass task.signal to the operations that the task awaits, or raise `grace`.',
    });
  }
}

/** A task was never awaited in a scope with `exitMode: 'throw'`. */
export class UnawaitedError extends SluiceError {
  constructor(
    readonly scope: string,
    readonly task: string,
  ) {
    super('SLUICE_UNAWAITED', {
      what: `Task "${task}" was not awaited before the end of scope "${scope}".`,
      why: "The scope has exitMode 'throw', which requires that every task is awaited.",
      how: "Await the result of `start`, or use exitMode 'wait' or 'cancel'.",
    });
  }
}

const quote = (error: unknown): string =>
  isError(error) ? printable(`${error.name}: ${error.message}`) : describe(error);
