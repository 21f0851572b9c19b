/** One run of a call: from the queue to a thread, and from there to its one outcome. */
import { CancelledError, TaskTimeoutError } from '../../core/errors';
import { failure, success, type Outcome } from '../../core/outcome';
import { deliverOutcome, type Canceller, type Execution, type Sink } from '../../future/execution';
import { emptyError } from '../../future/external-input';
import { Fifo } from '../../core/fifo';
import type { BatchScheduler } from '../../scheduler/batch-scheduler';
import type { ExternalWaitDescription } from '../../scheduler/scheduler-state';
import { instrumentation, type EndedOutcome } from '../../scheduler/instrumentation';
import type { QueuedTask } from './task-queue';
import type { CapturedStack } from '../../core/call-site';
import type { Timer } from '../thread/timers';
import type { Caller } from './call-spec';
import { WorkerCrashError } from '../wire/pool-errors';
import type { PoolWait } from './pool-waits';
import { DEMAND_WINDOW, type FunctionCode } from '../wire/messages';
import type { ThreadTask } from '../thread/thread-task';
import type { WorkerThread } from '../thread/worker-thread';
import { markedIn } from '../wire/transfer';

/** Where the items of a stream go; who takes none is told the last. */
export interface StreamSink<T> extends Sink<T> {
  next?(item: T): void;
  /** A stream has ended without an item; else that is an error. */
  completed?(): void;
  /** It asks for more itself, by `request.demand`. */
  readonly isPacing?: boolean;
  /** It takes no more: said to who emits without a pause, and so can't be told. */
  readonly isLeft?: boolean;
}

let lastNumber = 0;

export class TaskRun implements Execution, ThreadTask, QueuedTask {
  before: QueuedTask | undefined;
  after: QueuedTask | undefined;
  isWaiting = false;
  isOver = false;
  whenOver: (() => void) | undefined;
  readonly number = ++lastNumber;
  #thread: WorkerThread<TaskRun> | undefined;
  #place = -1;
  /** Somebody waits until its thread is done with it. */
  #leaving: (() => void) | undefined;
  #timeout: Timer | undefined;
  #hasValue = false;
  #last: { readonly value: unknown } | undefined;
  /** Items that have come, and are being told. */
  #untold: Fifo<{ readonly value: unknown }> | undefined;
  /** Items that were taken and not asked for again. */
  #taken = 0;
  readonly #caller: Caller;
  readonly #sink: StreamSink<unknown>;
  readonly #scheduler: BatchScheduler;
  readonly poolWait: PoolWait;

  constructor(
    caller: Caller,
    /** Set anew when they have been waited for. */
    public args: readonly unknown[],
    sink: StreamSink<unknown>,
    scheduler: BatchScheduler,
  ) {
    this.#caller = caller;
    this.#sink = sink;
    this.#scheduler = scheduler;
    const { core, timeout, signal } = caller.order;
    this.poolWait = core.addRun(scheduler.state);
    if (timeout !== Infinity) this.#timeout = core.timers.set(timeout, () => this.#timeUp());
    if (signal) core.signals.add(signal, this);
    instrumentation.current?.emit({ type: 'call-queued', pool: core, call: this, name: this.name, waiter: sink });
  }

  get name(): string {
    return this.#caller.order.name;
  }

  /** What whoever asks waits for, in words. */
  get waited(): ExternalWaitDescription {
    const where = this.#thread
      ? `on thread ${String(this.#thread.id)}`
      : `waits for ${this.isWaiting ? 'a thread' : 'its arguments'}`;
    return { waiter: this.#sink, what: `task "${this.name}" of pool "${this.#caller.order.core.name}", ${where}` };
  }

  get functionId(): number {
    return this.#caller.order.functionId;
  }

  get callerStack(): CapturedStack | undefined {
    return this.#caller.callerStack;
  }

  get isNested(): boolean {
    return this.#caller.order.isNested;
  }

  get code(): FunctionCode {
    return this.#caller.order.code;
  }

  /** Whether it takes something along that is then gone from here: what is sent ahead could not be sent anew. */
  get isMoving(): boolean {
    return this.args.some((arg) => markedIn(arg) !== undefined);
  }

  sendTo(thread: WorkerThread<TaskRun>): void {
    this.#thread = thread;
    this.#place = thread.send(this);
    instrumentation.current?.emit({ type: 'call-sent', pool: this.#caller.order.core, call: this, thread: thread.id });
  }

  /** Back in the queue. */
  requeue(): void {
    this.#thread = undefined;
  }

  succeed(value: unknown): void {
    if (this.isOver) return;
    this.#hasValue = true;
    this.#sink.next?.(value);
    this.#end(success(value));
  }

  fail(error: unknown): void {
    this.#tellItems();
    if (error instanceof WorkerCrashError && error.kind !== 'killed') this.#caller.crashed(error);
    this.#end(failure(error));
  }

  items(items: readonly unknown[]): void {
    this.#untold ??= new Fifo();
    for (const item of items) this.#untold.push({ value: item });
    this.#tellItems();
    if (!this.#sink.isPacing) this.demand(items.length);
  }

  /** Whoever is told may block, and so be told on from within. */
  #tellItems(): void {
    for (let item = this.#untold?.shift(); item && !this.isOver; item = this.#untold?.shift()) {
      this.#last = item;
      this.#sink.next?.(item.value);
    }
  }

  completed(): void {
    this.#tellItems();
    if (this.#last) this.#end(success(this.#last.value));
    else if (this.#sink.completed) this.#end(undefined);
    else this.#end(failure(emptyError(this.#sink.name)));
  }

  /** So many items have been taken, and as many more may come: said now and then, and not for each. */
  demand(count: number): void {
    this.#taken += count;
    if (this.isOver || this.#taken < DEMAND_WINDOW / 2) return;
    this.#thread?.demand(this.#place, this.#taken);
    this.#taken = 0;
  }

  left(): void {
    this.#thread = undefined;
    const leaving = this.#leaving;
    this.#leaving = undefined;
    leaving?.();
  }

  cancel(canceller?: Canceller): void {
    if (this.isOver) {
      canceller?.cancelled();
      return;
    }
    // Who has the value may leave before it is complete.
    this.#finish(this.#hasValue ? 'completed' : 'cancelled', this.#hasValue ? success(undefined) : undefined);
    this.#abandon('Nobody waits for it any more.', canceller);
  }

  /** Its signal has aborted. */
  abort(reason: unknown): void {
    this.#give(new CancelledError(reason), 'Its signal has aborted.');
  }

  /** Its pool goes, or has no room for it; or what it was to be given can't be had. */
  evict(error: unknown): void {
    this.#give(error, 'Its pool does not want it any more.');
  }

  #timeUp(): void {
    const kind = this.#thread?.slots.phase(this.#place) ?? 'queue';
    const { timeout } = this.#caller.order;
    this.#give(new TaskTimeoutError(timeout, undefined, { kind, task: this.name }), 'Its time is over.');
  }

  /** Gives it up. The thread is told first: whoever hears of it may close the pool. */
  #give(error: unknown, reason: string): void {
    if (this.isOver || this.#hasValue) return;
    this.#abandon(reason);
    this.#end(failure(error));
  }

  #abandon(reason: string, canceller?: Canceller): void {
    if (this.isWaiting) this.#caller.order.core.drop(this);
    if (!this.#thread || this.#thread.abandon(this.#place, reason)) canceller?.cancelled();
    else if (canceller) this.#leaving = this.#awaitLeaving(canceller);
  }

  #awaitLeaving(canceller: Canceller): () => void {
    const release = this.#caller.order.core.keepProcessAlive();
    this.poolWait.enter();
    return () => {
      release();
      this.poolWait.leave();
      canceller.cancelled();
    };
  }

  #end(outcome: Outcome<unknown> | undefined): void {
    if (this.isOver) return;
    this.#finish(outcome?.isError ? 'failed' : 'completed', outcome ?? success(undefined));
    this.#scheduler.runQueue.drive(() => {
      if (outcome) deliverOutcome(this.#sink, outcome);
      else this.#sink.completed?.();
    });
  }

  #finish(how: 'completed' | 'failed' | 'cancelled', outcome: EndedOutcome): void {
    this.isOver = true;
    instrumentation.current?.emit({ type: 'call-ended', pool: this.#caller.order.core, call: this, how: outcome });
    this.whenOver?.();
    const { core, signal } = this.#caller.order;
    if (this.#timeout) core.timers.clear(this.#timeout);
    if (signal) core.signals.delete(signal, this);
    core.onRunEnded(this, how);
    this.poolWait.leave();
  }
}
