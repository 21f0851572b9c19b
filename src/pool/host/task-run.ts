/** A task run is one execution of a call: from the queue to a thread, and from there to its one outcome. */
import { CancelledError, TaskTimeoutError } from '../../core/errors';
import { failure, success, type Settlement } from '../../core/outcome';
import { deliverOutcome, type Canceller, type Execution } from '../../future/execution';
import { emptyError } from '../../future/external-input';
import { Fifo } from '../../core/fifo';
import type { BatchScheduler } from '../../scheduler/batch-scheduler';
import type { ExternalWaitDescription } from '../../scheduler/contract';
import { instrumentation, type EndOutcome } from '../../scheduler/instrumentation';
import type { QueueLinks } from '../../core/linked-queue';
import type { QueuedTask } from './task-queue';
import type { CapturedStack } from '../../core/call-site';
import type { Timer } from '../thread/timers';
import type { RunEnd, RunnableCall } from './call-spec';
import { WorkerCrashError } from '../wire/pool-errors';
import type { SharedWait } from '../../scheduler/shared-waits';
import type { StreamSink } from './stream-sink';
import { DEMAND_WINDOW, type FunctionCode } from '../wire/messages';
import type { ThreadTask } from '../thread/thread-task';
import type { WorkerThread } from '../thread/worker-thread';
import { encodeArguments, type Encoding } from '../wire/encode-value';
import { hasTransferLists } from '../wire/transfer';

let lastNumber = 0;

export class TaskRun implements Execution, ThreadTask, QueuedTask {
  queuedBefore: QueueLinks | undefined;
  queuedAfter: QueueLinks | undefined;
  isQueued = false;
  isUrgent = false;
  queuedAt = 0;
  readonly priority: number;
  isOver = false;
  /** Called once, when the run has its outcome. */
  onOver: (() => void) | undefined;
  readonly number = ++lastNumber;
  #thread: WorkerThread<TaskRun> | undefined;
  #slot = -1;
  /** Notifies a canceller that waits until the thread is done with this run. */
  #notifyCanceller: (() => void) | undefined;
  #timeout: Timer | undefined;
  #hasValue = false;
  #encoding: Encoding | undefined;
  #isEncoded = false;
  #lastItem: { readonly value: unknown } | undefined;
  /** Items that have arrived and were not emitted yet. */
  #pendingItems: Fifo<{ readonly value: unknown }> | undefined;
  /** Number of items that were consumed and not demanded again. */
  #consumed = 0;
  readonly #call: RunnableCall<TaskRun>;
  readonly #sink: StreamSink<unknown>;
  readonly #scheduler: BatchScheduler;
  readonly poolWait: SharedWait;

  constructor(
    call: RunnableCall<TaskRun>,
    /** Set again once awaited arguments have arrived. */
    public args: readonly unknown[],
    sink: StreamSink<unknown>,
    scheduler: BatchScheduler,
  ) {
    this.#call = call;
    this.#sink = sink;
    this.#scheduler = scheduler;
    const { engine, timeout, signal, priority } = call.spec;
    this.priority = priority;
    this.poolWait = engine.addRun(scheduler.state);
    if (timeout !== Infinity) this.#timeout = engine.timers.set(timeout, () => this.#onTimeout());
    if (signal) engine.abortListeners.add(signal, this);
    instrumentation.current?.emit({ type: 'call-queued', pool: engine, call: this, name: this.name, waiter: sink });
  }

  get name(): string {
    return this.#call.spec.name;
  }

  get waitDescription(): ExternalWaitDescription {
    const where = this.#thread
      ? `on thread ${String(this.#thread.id)}`
      : `waits for ${this.isQueued ? 'a thread' : 'its arguments'}`;
    return { waiter: this.#sink, what: `task "${this.name}" of pool "${this.#call.spec.engine.name}", ${where}` };
  }

  get functionId(): number {
    return this.#call.spec.functionId;
  }

  get callerStack(): CapturedStack | undefined {
    return this.#call.callerStack;
  }

  get isNested(): boolean {
    return this.#call.spec.isNested;
  }

  /** The thread that the run is bound to; undefined if it may run on any thread. */
  get target(): WorkerThread<TaskRun> | undefined {
    return this.#call.spec.target;
  }

  get isBound(): boolean {
    return this.#call.spec.target !== undefined;
  }

  get code(): FunctionCode {
    return this.#call.spec.code;
  }

  get encoding(): Encoding | undefined {
    if (!this.#isEncoded) {
      this.#encoding = encodeArguments(this.args);
      this.#isEncoded = true;
    }
    return this.#encoding;
  }

  /** Whether a part of an argument is moved: it is gone from this thread then, so the run cannot be sent again. */
  get hasTransfers(): boolean {
    return hasTransferLists() && (this.encoding?.transferList.length ?? 0) > 0;
  }

  sendTo(thread: WorkerThread<TaskRun>): void {
    this.#thread = thread;
    this.#slot = thread.send(this);
    this.#call.spec.engine.onRunSent(this);
    instrumentation.current?.emit({ type: 'call-sent', pool: this.#call.spec.engine, call: this, thread: thread.id });
  }

  onRequeued(): void {
    this.#thread = undefined;
  }

  succeed(value: unknown): void {
    if (this.isOver) return;
    this.#hasValue = true;
    this.#sink.next?.(value);
    this.#end(success(value));
  }

  fail(error: unknown): void {
    this.#emitPendingItems();
    // Beside other tasks, it is not known which one has caused the end of the thread.
    if (error instanceof WorkerCrashError && error.kind !== 'killed' && error.others === 0) this.#call.onCrash(error);
    this.#end(failure(error));
  }

  receiveItems(items: readonly unknown[]): void {
    this.#pendingItems ??= new Fifo();
    for (const item of items) this.#pendingItems.push({ value: item });
    this.#emitPendingItems();
    if (!this.#sink.isPulling) this.demand(items.length);
  }

  /** Survives re-entrancy: a subscriber may block, and the next items are emitted from within. */
  #emitPendingItems(): void {
    for (let item = this.#pendingItems?.shift(); item && !this.isOver; item = this.#pendingItems?.shift()) {
      this.#lastItem = item;
      this.#sink.next?.(item.value);
    }
  }

  completeStream(): void {
    this.#emitPendingItems();
    if (this.#lastItem) this.#end(success(this.#lastItem.value));
    else if (this.#sink.complete) this.#end(undefined);
    else this.#end(failure(emptyError(this.#sink.name)));
  }

  /** Allows the stream to send `count` more items. The thread gets one message for half a window of them. */
  demand(count: number): void {
    this.#consumed += count;
    if (this.isOver || this.#consumed < DEMAND_WINDOW / 2) return;
    this.#thread?.demand(this.#slot, this.#consumed);
    this.#consumed = 0;
  }

  onReleased(): void {
    this.#thread = undefined;
    const notifyCanceller = this.#notifyCanceller;
    this.#notifyCanceller = undefined;
    // The canceller goes on with its own clean-up, which needs the scheduler.
    if (notifyCanceller) this.#scheduler.runQueue.drive(notifyCanceller);
  }

  cancel(canceller?: Canceller): void {
    if (this.isOver) {
      canceller?.cancelled();
      return;
    }
    // A subscriber may unsubscribe when it gets the value, before the run is complete.
    this.#finish(this.#hasValue ? 'completed' : 'cancelled', this.#hasValue ? success(undefined) : undefined);
    this.#leaveThread(canceller?.cancelReason ?? 'No subscriber waits for the task any more.', canceller);
  }

  /** Called when the signal of the call is aborted. */
  abort(reason: unknown): void {
    this.#stop(new CancelledError(reason), reason);
  }

  /** Fails a run that its pool gives up: the pool is closed, its queue is full, or an argument has failed. */
  evict(error: unknown): void {
    this.#stop(error, error);
  }

  #onTimeout(): void {
    const kind = this.#thread?.slots.phase(this.#slot) ?? 'queue';
    const { timeout } = this.#call.spec;
    const error = new TaskTimeoutError(timeout, undefined, { kind, task: this.name });
    this.#stop(error, error);
  }

  /** Ends the run from this side. The thread is notified first, because the subscriber may close the pool. */
  #stop(error: unknown, reason: unknown): void {
    if (this.isOver || this.#hasValue) return;
    this.#leaveThread(reason);
    this.#end(failure(error));
  }

  #leaveThread(reason: unknown, canceller?: Canceller): void {
    if (this.isQueued) this.#call.spec.engine.removeFromQueue(this);
    if (!this.#thread || this.#thread.cancel(this.#slot, reason)) canceller?.cancelled();
    else if (canceller) this.#notifyCanceller = this.#whenReleased(canceller);
  }

  #whenReleased(canceller: Canceller): () => void {
    const releaseProcess = this.#call.spec.engine.keepProcessAlive();
    this.poolWait.acquire();
    return () => {
      releaseProcess();
      this.poolWait.release();
      canceller.cancelled();
    };
  }

  #end(outcome: Settlement<unknown> | undefined): void {
    if (this.isOver) return;
    this.#finish(outcome?.isError ? 'failed' : 'completed', outcome ?? success(undefined));
    this.#scheduler.runQueue.drive(() => {
      if (outcome) deliverOutcome(this.#sink, outcome);
      else this.#sink.complete?.();
    });
  }

  #finish(how: RunEnd, outcome: EndOutcome): void {
    this.isOver = true;
    const { engine, signal } = this.#call.spec;
    instrumentation.current?.emit({ type: 'call-ended', pool: engine, call: this, outcome });
    this.onOver?.();
    if (this.#timeout) engine.timers.clear(this.#timeout);
    if (signal) engine.abortListeners.delete(signal, this);
    engine.onRunEnded(this, how);
    this.poolWait.release();
  }
}
