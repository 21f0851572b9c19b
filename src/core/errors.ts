/**
 * Every error sluice throws. Each says what happened (with the names), why, and what to do, and carries a stable
 * `code`. `isSluiceError` knows them across bundles and realms, where `instanceof` does not.
 *
 * Misuse is not here: it throws a plain `TypeError` at the call that is wrong.
 */
import { describe } from './describe';

const brand = Symbol.for('sluice.error');

/** What an error message is made of: one sentence each. */
export interface Lesson {
  readonly what: string;
  readonly why: string;
  readonly how: string;
  readonly cause?: unknown;
}

export class SluiceError extends Error {
  readonly code: `SLUICE_${string}`;
  readonly [brand] = true;

  constructor(code: `SLUICE_${string}`, { what, why, how, ...options }: Lesson) {
    super(`${what} ${why} ${how}`, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/**
 * Tells an error of sluice from any other, whichever copy of the library made it.
 *
 * @example
 * isSluiceError(new Error('mine')); // false
 */
export const isSluiceError = (error: unknown): error is SluiceError =>
  typeof error === 'object' && error !== null && brand in error;

/** Whether it is an `Error`, of this realm or another. */
export const isError = (value: unknown): value is Error =>
  value instanceof Error ||
  (typeof value === 'object' &&
    value !== null &&
    'stack' in value &&
    Object.prototype.toString.call(value) === '[object Error]');

/** A resolver ended without a word about this key. */
export class MissingResultError extends SluiceError {
  constructor(
    readonly batch: string,
    readonly key: unknown,
    keyText: string,
  ) {
    super('SLUICE_MISSING_RESULT', {
      what: `Batch "${batch}" ended without a result for key ${keyText}.`,
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
      what: `Batch "${batch}" asked for ${String(keys.length)} key(s), ${keysText}, and its resolver gave ${got}.`,
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

/** `block()` waits, and nothing is pending that could ever end the wait. */
export class DeadlockError extends SluiceError {
  constructor() {
    super('SLUICE_DEADLOCK', {
      what: 'block() waits for a value that nothing can bring any more.',
      why: 'No task can go on, no batch is open and nothing is in flight.',
      how: 'Look for a value that is never set, or for two tasks that wait for each other.',
    });
  }
}

/** The time given to a blocking call was over before the value came. */
export class TimeoutError extends SluiceError {
  constructor(
    readonly timeoutMs: number,
    cause?: unknown,
  ) {
    super('SLUICE_TIMEOUT', {
      what: `block(${String(timeoutMs)}) ran out of time.`,
      why: `The value had not come after ${String(timeoutMs)} ms.`,
      how: 'Give it more time, or look for a task that goes on asking without end, or that needs the event loop.',
      cause,
    });
  }
}

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

/** Work was cancelled before it had ended: `reason` is what it was cancelled with. */
export class CancelledError extends SluiceError {
  constructor(readonly reason?: unknown) {
    super('SLUICE_CANCELLED', {
      what: `This work was cancelled${reason === undefined ? '' : `: ${reasonText(reason)}`}.`,
      why: 'Whoever started it, or its scope, does not want its result any more.',
      how: 'Nothing is wrong with the work itself; look at `reason`.',
      cause: reason,
    });
  }
}

const reasonText = (reason: unknown): string =>
  isError(reason) ? `${reason.name}: ${reason.message}` : describe(reason);
