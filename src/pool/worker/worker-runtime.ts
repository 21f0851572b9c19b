/**
 * The worker runtime is the worker's half of the pool. It runs the received tasks in their order, one at a time; it begins
 * another one while a running task waits for a nested call. User code in tasks may change every prototype and every global,
 * so the runtime uses only intrinsics that were captured when the worker started.
 */
import { serializeError } from '../wire/error-serializer';
import { deserializeError } from '../wire/error-deserializer';
import { WorkerTaskSlots } from './worker-task-slots';
import {
  CALL,
  CANCEL,
  CANCEL_CALL,
  DEFINE,
  DEMAND,
  FAULT,
  INIT,
  REJECT_CALL,
  RESOLVE_CALL,
  RUN,
  SKIPPED,
  TEAR_DOWN,
  UNREADABLE,
  WORKER_MESSAGE_SIZE,
  type Batch,
  type CallPayload,
  type WorkerInit,
} from '../wire/messages';
import { FunctionDefinition } from './functions';
import { arraySplice, now } from '../wire/intrinsics';
import { WorkerOutbox } from './outbox';
import { PendingCalls } from './pending-calls';
import { RunningTask, type RunningTaskHost } from './running-task';
import { ThreadLifecycle, type LifecycleFunctions } from './thread-lifecycle';
import type { WorkerPlatform } from './worker-platform';

/** How long the runtime polls for more tasks before it returns to the event loop, in ms. */
const MAX_TURN = 5;

export class WorkerRuntime implements RunningTaskHost {
  readonly outbox: WorkerOutbox;
  readonly slots: WorkerTaskSlots;
  /** Received tasks that have not begun, from `#next` on: slot, function id and arguments of each. */
  #waiting: unknown[] = [];
  #next = 0;
  readonly #definitions: (FunctionDefinition | undefined)[] = [];
  /** By slot. */
  readonly #running: (RunningTask | undefined)[] = [];
  /** By slot. Kept after the end of a task, because its result may not have been posted yet. */
  readonly #names: string[] = [];
  #runningCount = 0;
  readonly #calls = new PendingCalls();
  readonly #lifecycle: ThreadLifecycle;
  #isRunningWaiting = false;
  #batchCount = 0;

  constructor(
    init: Pick<WorkerInit, 'taskSlots'> & LifecycleFunctions,
    readonly platform: WorkerPlatform,
  ) {
    this.slots = new WorkerTaskSlots(init.taskSlots);
    this.outbox = new WorkerOutbox(platform, {
      taskName: (slot) => this.#names[slot] ?? 'a task',
      onTaskRejected: (slot, postFailure) => {
        const task = this.#running[slot];
        if (task) task.discard(postFailure);
        else postFailure();
      },
      onCallRejected: (id, error) => this.#calls.close(id)?.reject(error),
    });
    this.#lifecycle = new ThreadLifecycle(init, platform, this.outbox);
  }

  readonly receive = (batch: Batch): void => {
    this.accept(batch);
    this.#runWaiting();
    // The next batch often arrives at once; polling is bounded so that timers and I/O of the tasks run as well.
    const end = now() + MAX_TURN;
    while (this.#runningCount === 0 && now() < end && this.platform.poll()) this.#runWaiting();
  };

  /** Handles the messages of a batch without beginning a task. */
  readonly accept = (batch: Batch): void => {
    this.#batchCount++;
    for (let index = 0; index < batch.length; index += WORKER_MESSAGE_SIZE) {
      this.#handle(batch[index] as number, batch[index + 1] as number, batch[index + 2], batch[index + 3]);
    }
  };

  /** A batch has arrived that the platform could not deserialize. */
  onUnreadable(): void {
    this.outbox.add(UNREADABLE, this.#batchCount++);
    this.outbox.flush();
  }

  /** An error was thrown and not caught. It fails the given task if that is still running. */
  onUncaughtError(error: unknown, task: RunningTask | undefined): void {
    const record = serializeError(error);
    const culprit = task ?? this.#onlyRunningTask();
    if (culprit?.isOver === false) culprit.fail(error);
    this.outbox.add(FAULT, 0, record);
    this.outbox.flush();
  }

  /** The thread is about to exit: posts all results and items so far. */
  onThreadExit(): void {
    for (let slot = 0; slot < this.#running.length; slot++) this.#running[slot]?.streamSender?.handOver();
    this.outbox.flush();
  }

  onTaskEnded(task: RunningTask): void {
    this.#running[task.slot] = undefined;
    this.#runningCount--;
    this.#runWaiting();
  }

  /** Asks the host to run a function for a task: a nested call. */
  call(payload: CallPayload, task: RunningTask): Promise<unknown> {
    return this.#calls.open(task, (id) => {
      this.outbox.add(CALL, id, payload);
      this.outbox.flush();
      // The nested task, or one that it waits for, may be waiting on this thread.
      this.platform.runSoon(() => {
        this.#runWaiting();
      });
    });
  }

  /**
   * Rejects the nested calls of a cancelled task. A task that continued to wait for them would not end in time, and the host
   * would terminate the thread with all its other tasks.
   */
  cancelCalls(task: RunningTask, error: unknown): void {
    this.#calls.reject(task, error, (id) => {
      this.outbox.add(CANCEL_CALL, id);
    });
  }

  #handle(op: number, slotOrId: number, first: unknown, second: unknown): void {
    switch (op) {
      case RUN: {
        this.slots.markReceived(slotOrId);
        const waiting = this.#waiting;
        const { length } = waiting;
        waiting[length] = slotOrId;
        waiting[length + 1] = first;
        waiting[length + 2] = second;
        return;
      }
      case DEFINE:
        this.#definitions[slotOrId] = new FunctionDefinition(first as FunctionDefinition['code'], second as string);
        return;
      case CANCEL:
        if (this.#running[slotOrId]) this.#running[slotOrId].cancel(first as string);
        else this.#removeWaiting(slotOrId);
        return;
      case DEMAND:
        this.#running[slotOrId]?.streamSender?.addDemand(first as number);
        return;
      case RESOLVE_CALL:
        this.#calls.close(slotOrId)?.resolve(first);
        return;
      case REJECT_CALL:
        this.#calls.close(slotOrId)?.reject(deserializeError(first as Parameters<typeof deserializeError>[0]));
        return;
      case INIT:
        void this.#lifecycle.begin(first);
        return;
      case TEAR_DOWN:
        void this.#lifecycle.end();
    }
  }

  /** Removes a task that has not begun. Where memory is not shared, the host takes tasks back only this way. */
  #removeWaiting(slot: number): void {
    for (let at = this.#next; at < this.#waiting.length; at += 3) {
      if (this.#waiting[at] !== slot) continue;
      arraySplice(this.#waiting, at, 3);
      this.outbox.add(SKIPPED, slot);
      return;
    }
  }

  #runWaiting(): void {
    if (this.#isRunningWaiting) return;
    this.#isRunningWaiting = true;
    while (this.#runningCount <= this.#calls.count && this.#next < this.#waiting.length) {
      const at = this.#next;
      this.#next += 3;
      this.#begin(this.#waiting[at] as number, this.#waiting[at + 1] as number, this.#waiting[at + 2] as unknown[]);
    }
    if (this.#next === this.#waiting.length && this.#next > 0) {
      this.#waiting = [];
      this.#next = 0;
    }
    this.#isRunningWaiting = false;
    // A running task may end within this turn; then its result is posted with those before it.
    if (this.#runningCount > 0) this.outbox.flushSoon();
    else this.outbox.flush();
  }

  #begin(slot: number, functionId: number, args: unknown[]): void {
    const definition = this.#definitions[functionId];
    // Finished results do not wait for a task that may take long.
    if (!definition?.isTiny || this.outbox.isFlushDue(now())) this.outbox.flush();
    if (!definition || !this.slots.begin(slot)) {
      this.outbox.add(SKIPPED, slot);
      return;
    }
    this.#runningCount++;
    const task = new RunningTask(this, { slot, definition, args });
    this.#running[slot] = task;
    this.#names[slot] = definition.name;
    task.begin();
  }

  /** Returns the running task if there is exactly one. Its platform may not know which task has thrown an error. */
  #onlyRunningTask(): RunningTask | undefined {
    let only: RunningTask | undefined;
    for (let slot = 0; slot < this.#running.length; slot++) only ??= this.#running[slot];
    return this.#runningCount === 1 ? only : undefined;
  }
}
