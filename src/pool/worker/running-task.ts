/** A running task calls its function and sends the result: a value, the value of a promise, or the items of a stream. */
import { CancelledError } from '../../core/errors';
import { deserializeCancelReason } from '../wire/cancel-reason';
import type { ErrorRecord } from '../wire/error-record';
import { serializeError } from '../wire/error-serializer';
import { END, FAILURE, ITEMS, VALUE, type CallPayload } from '../wire/messages';
import { codeOf } from '../wire/function-code';
import {
  explainReferenceError,
  resolveFunction,
  toLoadError,
  type AnyFunction,
  type FunctionDefinition,
} from './functions';
import {
  attempt,
  attemptOr,
  defineField,
  abortWith,
  isPromise,
  newAbortController,
  NativePromise,
  now,
  promiseThen,
  apply,
} from '../wire/intrinsics';
import { StreamSender, type StreamOutput } from './stream-sender';
import type { WorkerOutbox } from './outbox';
import type { WorkerPlatform } from './worker-platform';
import type { WorkerTaskSlots } from './worker-task-slots';
import { toStreamSource } from './stream-source';
import { replaceWorkerTask, WorkerTaskHandle, type HandledTask } from './worker-task';

/** A run that takes less, in ms, is tiny. */
const TINY = 0.1;

/** The part of the worker runtime that a running task needs. */
export interface RunningTaskHost {
  readonly platform: WorkerPlatform;
  readonly slots: WorkerTaskSlots;
  readonly outbox: WorkerOutbox;
  /** Calls a function on the pool for the task. */
  call(payload: CallPayload, task: RunningTask): Promise<unknown>;
  /** Rejects the pending calls of the task, and cancels them on the host. */
  cancelCalls(task: RunningTask, error: unknown, reason: ErrorRecord): void;
  onTaskEnded(task: RunningTask): void;
}

interface TaskRequest {
  readonly slot: number;
  readonly definition: FunctionDefinition;
  readonly args: unknown[];
}

export class RunningTask implements HandledTask, StreamOutput {
  readonly slot: number;
  isOver = false;
  /** The sender of a task that returned a stream. */
  streamSender: StreamSender | undefined;
  readonly #host: RunningTaskHost;
  readonly #request: TaskRequest;
  readonly #handle: WorkerTaskHandle;
  #controller: AbortController | undefined;
  #cancellation: CancelledError | undefined;
  #startTime = 0;

  constructor(host: RunningTaskHost, request: TaskRequest) {
    this.#host = host;
    this.#request = request;
    this.slot = request.slot;
    this.#handle = new WorkerTaskHandle(this);
  }

  get name(): string {
    return this.#request.definition.name;
  }

  get platform(): WorkerPlatform {
    return this.#host.platform;
  }

  get signal(): AbortSignal {
    this.#controller ??= newAbortController();
    if (this.#cancellation) abortWith(this.#controller, this.#cancellation);
    return this.#controller.signal;
  }

  /** Calls a function on the pool for this task. */
  call(fn: unknown, args: readonly unknown[]): Promise<unknown> {
    const { code, name } = codeOf(fn);
    return this.#host.call([code, name, args, []], this);
  }

  begin(): void {
    const { definition } = this.#request;
    this.#startTime = now();
    try {
      if (!definition.fn) this.#host.slots.markLoading(this.slot);
      const fn = resolveFunction(definition, this.platform);
      if (typeof fn === 'function') this.#call(fn);
      else this.#callWhenLoaded(fn);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Cancels the task in any state. Its waiters on the host have unsubscribed already. */
  cancel(record: ErrorRecord): void {
    if (this.isOver || this.#cancellation) return;
    const cancellation = (this.#cancellation = toCancellation(record));
    try {
      this.streamSender?.stop();
      if (this.#controller) abortWith(this.#controller, cancellation);
      this.#host.cancelCalls(this, cancellation, record);
    } catch (error) {
      this.fail(error);
    }
  }

  sendItems(items: readonly unknown[]): void {
    if (!this.isOver) this.#host.outbox.add(ITEMS, this.slot, items);
  }

  flush(): void {
    this.#host.outbox.flush();
  }

  isFlushDue(time: number): boolean {
    return this.#host.outbox.isFlushDue(time);
  }

  endStream(op: typeof END | typeof FAILURE, error?: unknown): void {
    if (op === FAILURE) this.fail(error);
    else this.#end(END);
  }

  fail(error: unknown): void {
    // Items that precede the failure are sent with it: the host requests no more of them afterwards.
    this.streamSender?.handOver();
    this.#end(FAILURE, serializeError(attemptOr(() => explainReferenceError(error, this.#request.definition), error)));
    attempt(() => this.streamSender?.stop());
  }

  /** Ends the task after an item could not be posted. Its last message is the failure that `postFailure` posts. */
  discard(postFailure: () => void): void {
    this.#markEnded();
    postFailure();
    this.#host.onTaskEnded(this);
    attempt(() => this.streamSender?.stop());
  }

  #callWhenLoaded(loading: Promise<AnyFunction>): void {
    void promiseThen(
      loading,
      (fn) => {
        if (!this.#cancellation) this.#call(fn);
        else this.#end(END);
      },
      (error: unknown) => {
        this.fail(toLoadError(this.#request.definition.code, error));
      },
    );
  }

  #call(fn: AnyFunction): void {
    this.#host.slots.markRunning(this.slot);
    let result: unknown;
    const outerTask = replaceWorkerTask(this.#handle);
    try {
      result = this.platform.runWithin(this.#handle, () => apply(fn, this.#handle, this.#request.args));
    } catch (error) {
      this.fail(error);
      return;
    } finally {
      replaceWorkerTask(outerTask);
    }
    this.#sendResult(result);
  }

  #sendResult(result: unknown): void {
    if ((typeof result !== 'object' && typeof result !== 'function') || result === null) {
      this.#end(VALUE, result);
      return;
    }
    try {
      if (isPromise(result)) this.#await(result);
      // A native promise takes only the first call of a callback of the thenable.
      else if (typeof (result as { then?: unknown }).then === 'function') {
        this.#await(new NativePromise((resolve) => resolve(result)));
      } else this.#sendSettled(result);
    } catch (error) {
      this.fail(error);
    }
  }

  #await(promise: Promise<unknown>): void {
    void promiseThen(
      promise,
      (value) => {
        try {
          this.#sendSettled(value);
        } catch (error) {
          this.fail(error);
        }
      },
      (error: unknown) => {
        this.fail(error);
      },
    );
  }

  /** Sends a result that is not a promise. */
  #sendSettled(value: unknown): void {
    const source = toStreamSource(value);
    if (!source) {
      this.#end(VALUE, value);
      return;
    }
    this.streamSender = new StreamSender(this, source);
    if (this.#cancellation) this.streamSender.stop();
    this.platform.runWithin(this.#handle, () => this.streamSender?.start());
  }

  #end(op: number, payload?: unknown): void {
    if (this.isOver) return;
    this.#markEnded();
    this.#host.outbox.add(op, this.slot, payload);
    this.#host.onTaskEnded(this);
  }

  /** Precedes the last message of the task: once that has arrived, the host may give the slot to another task. */
  #markEnded(): void {
    this.isOver = true;
    const duration = now() - this.#startTime;
    this.#request.definition.isTiny = duration < TINY;
    const { slots, outbox } = this.#host;
    slots.markEnded(this.slot);
    outbox.count(duration);
  }
}

/**
 * The message of the error quotes the reason with methods of strings, which a task may have replaced. Then it does not quote
 * the reason.
 */
const toCancellation = (record: ErrorRecord): CancelledError => {
  const reason = deserializeCancelReason(record);
  const made = attempt(() => new CancelledError(reason));
  if ('value' in made) return made.value;
  const error = new CancelledError();
  defineField(error, 'reason', reason);
  return error;
};
