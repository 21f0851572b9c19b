/**
 * The worker runtime is the worker's half of the pool. It runs the received tasks in their order, `concurrency` at a time; it
 * begins another one while a running task waits for a nested call. User code in tasks may change every prototype and every global,
 * so the runtime uses only intrinsics that were captured when the worker started.
 */
import { serializeError } from '../wire/error-serializer';
import { decode } from '../wire/decode-value';
import type { EncodedValue } from '../wire/encode-value';
import type { ErrorRecord } from '../wire/error-record';
import { deserializeError, deserializeThrown } from '../wire/error-deserializer';
import { WorkerTaskSlots } from './worker-task-slots';
import {
  ABORT_CALL_SIGNAL,
  ABORT_SIGNAL,
  CALL,
  CANCEL,
  CANCEL_CALL,
  DEFINE,
  DEMAND,
  ENCODED,
  FAULT,
  HEAP_EXCEEDED,
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
import { abortWith, newAbortController, newList, now } from '../wire/intrinsics';
import { WorkerOutbox, type OutboxListener } from './outbox';
import { PendingCalls } from './pending-calls';
import { RunningTask, type RunningTaskHost } from './running-task';
import { ThreadLifecycle } from './thread-lifecycle';
import type { WorkerPlatform } from './worker-platform';
import { taskOfHandle, type WorkerTaskHandle } from './worker-task';

/** How long the runtime polls for more tasks before it returns to the event loop, in ms. */
const MAX_TURN = 5;

export class WorkerRuntime implements RunningTaskHost {
  readonly outbox: WorkerOutbox;
  readonly slots: WorkerTaskSlots;
  /** Received tasks that have not begun, from `#next` on: slot, definition of the function and arguments of each. */
  #waiting = newList<unknown>();
  #next = 0;
  readonly #definitions = newList<FunctionDefinition | undefined>();
  /** By slot: the controllers of the signals among the arguments of its task. */
  readonly #signalControllers = newList<AbortController[] | undefined>();
  /** By slot. */
  readonly #running = newList<RunningTask | undefined>();
  /** By slot. Kept after the end of a task, because its result may not have been posted yet. */
  readonly #names = newList<string>();
  #runningCount = 0;
  readonly #concurrency: number;
  readonly #maxHeapMb: number;
  #isHeapExceeded = false;
  readonly #calls = new PendingCalls();
  readonly #lifecycle: ThreadLifecycle;
  #isRunningWaiting = false;
  #batchCount = 0;

  constructor(
    init: Omit<WorkerInit, 'hostSignal' | 'workerSignal'>,
    readonly platform: WorkerPlatform,
  ) {
    this.#concurrency = init.concurrency;
    this.#maxHeapMb = init.maxHeapMb;
    this.slots = new WorkerTaskSlots(init.taskSlots);
    const listener: OutboxListener = {
      taskName: (slot) => this.#names[slot] ?? 'a task',
      onTaskRejected: (slot, postFailure) => {
        const task = this.#running[slot];
        if (task) task.discard(postFailure);
        else postFailure();
      },
      onCallRejected: (id, error) => this.#calls.close(id)?.reject(error),
      onCallSignals: (id, signals) => {
        this.#connectSignals(id, signals);
      },
    };
    this.outbox = new WorkerOutbox(platform, listener, init.token);
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
  onUncaughtError(error: unknown, handle: WorkerTaskHandle | undefined): void {
    const record = serializeError(error);
    const culprit = handle ? taskOfHandle(handle) : this.#onlyRunningTask();
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
    if (this.#signalControllers[task.slot]) this.#signalControllers[task.slot] = undefined;
    this.#runningCount--;
    if (this.#maxHeapMb !== Infinity) this.#checkHeap();
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
  cancelCalls(task: RunningTask, error: unknown, reason: ErrorRecord): void {
    this.#calls.reject(task, error, (id) => {
      this.outbox.add(CANCEL_CALL, id, reason);
    });
  }

  /** Aborts the copies of the signals on the host when the signals here abort, until the nested call has its result. */
  #connectSignals(id: number, signals: readonly AbortSignal[]): void {
    for (let index = 0; index < signals.length; index++) {
      const signal = signals[index] as AbortSignal; // The index is in range.
      const onAbort = (): void => {
        this.outbox.add(ABORT_CALL_SIGNAL, id, [index, serializeError(signal.reason)]);
        this.outbox.flushSoon();
      };
      if (signal.aborted) onAbort();
      else this.#calls.listen(id, signal, onAbort);
    }
  }

  #handle(op: number, slotOrId: number, first: unknown, second: unknown): void {
    switch (op) {
      case RUN: {
        this.slots.markReceived(slotOrId);
        const waiting = this.#waiting;
        const { length } = waiting;
        waiting[length] = slotOrId;
        // A later batch may give the index to another function.
        waiting[length + 1] = this.#definitions[first as number];
        waiting[length + 2] = second;
        return;
      }
      case RUN | ENCODED: {
        const controllers = newList<AbortController>();
        this.#signalControllers[slotOrId] = controllers;
        const args = decode(second as EncodedValue, (index) => {
          const controller = newAbortController();
          controllers[index] = controller;
          return controller.signal;
        });
        this.#handle(RUN, slotOrId, first, args);
        return;
      }
      case ABORT_SIGNAL: {
        const controller = this.#signalControllers[slotOrId]?.[first as number];
        if (controller) abortWith(controller, deserializeThrown(second as ErrorRecord));
        return;
      }
      case DEFINE:
        this.#definitions[slotOrId] = new FunctionDefinition(first as FunctionDefinition['code'], second as string);
        return;
      case CANCEL:
        if (this.#running[slotOrId]) this.#running[slotOrId].cancel(first as ErrorRecord);
        else this.#removeWaiting(slotOrId);
        return;
      case DEMAND:
        this.#running[slotOrId]?.streamSender?.addDemand(first as number);
        return;
      case RESOLVE_CALL:
        this.#calls.close(slotOrId)?.resolve(second);
        return;
      case RESOLVE_CALL | ENCODED:
        this.#calls.close(slotOrId)?.resolve(decode(second as EncodedValue));
        return;
      case REJECT_CALL:
        this.#calls.close(slotOrId)?.reject(deserializeError(first as ErrorRecord));
        return;
      case INIT:
        void this.#lifecycle.begin(second);
        return;
      case INIT | ENCODED:
        void this.#lifecycle.begin(decode(second as EncodedValue));
        return;
      case TEAR_DOWN:
        void this.#lifecycle.end();
    }
  }

  /** Removes a task that has not begun. Where memory is not shared, the host takes tasks back only this way. */
  #removeWaiting(slot: number): void {
    for (let at = this.#next; at < this.#waiting.length; at += 3) {
      if (this.#waiting[at] !== slot) continue;
      for (let index = at + 3; index < this.#waiting.length; index++) this.#waiting[index - 3] = this.#waiting[index];
      this.#waiting.length -= 3;
      this.outbox.add(SKIPPED, slot);
      return;
    }
  }

  #runWaiting(): void {
    if (this.#isRunningWaiting) return;
    this.#isRunningWaiting = true;
    while (this.#runningCount < this.#concurrency + this.#calls.count && this.#next < this.#waiting.length) {
      const at = this.#next;
      this.#next += 3;
      const definition = this.#waiting[at + 1] as FunctionDefinition | undefined;
      this.#begin(this.#waiting[at] as number, definition, this.#waiting[at + 2] as unknown[]);
    }
    if (this.#next === this.#waiting.length && this.#next > 0) {
      this.#waiting = newList();
      this.#next = 0;
    }
    this.#isRunningWaiting = false;
    // A running task may end within this turn; then its result is posted with those before it.
    if (this.#runningCount > 0) this.outbox.flushSoon();
    else this.outbox.flush();
  }

  #begin(slot: number, definition: FunctionDefinition | undefined, args: unknown[]): void {
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

  /** Asks the host to replace this thread. It takes back the tasks that have not begun. */
  #checkHeap(): void {
    if (this.#isHeapExceeded || this.platform.usedHeapMb() <= this.#maxHeapMb) return;
    this.#isHeapExceeded = true;
    this.outbox.add(HEAP_EXCEEDED, 0);
    this.outbox.flush();
  }

  /** Returns the running task if there is exactly one. Its platform may not know which task has thrown an error. */
  #onlyRunningTask(): RunningTask | undefined {
    let only: RunningTask | undefined;
    for (let slot = 0; slot < this.#running.length; slot++) only ??= this.#running[slot];
    return this.#runningCount === 1 ? only : undefined;
  }
}
