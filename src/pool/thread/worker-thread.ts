/**
 * A worker thread as the host sees it: the tasks it holds, how many more it may be sent, and the messages it sends.
 */
import { monotonicNow } from '../../core/platform';
import type { ErrorRecord } from '../wire/error-record';
import { serializeError } from '../wire/error-serializer';
import { decode } from '../wire/decode-value';
import type { EncodedValue } from '../wire/encode-value';
import { deserializeError, deserializeThrown } from '../wire/error-deserializer';
import { ConnectedSignals } from './connected-signals';
import { KillTimers } from './kill-timers';
import { Inbox } from './inbox';
import { NestedCalls } from './nested-calls';
import { HostOutbox } from './outbox';
import { PrefetchWindow } from './prefetch-window';
import { Recycling } from './recycling';
import { TaskSlots } from '../wire/task-slots';
import type { WorkerExit, Platform, ThreadHandle, ThreadLimits, ThreadPlan } from './platform';
import { deserializeCancelReason, serializeCancelReason } from '../wire/cancel-reason';
import { TransferError, WorkerCrashError } from '../wire/pool-errors';
import * as wire from '../wire/messages';
import type { ThreadTask, ThreadOwner } from './thread-task';
import type { Timer } from './timers';
import { SentFunctions } from './sent-functions';
import { SlotTable } from './slot-table';

type State = 'starting' | 'ready' | 'retiring' | 'tearing-down' | 'terminating' | 'exited';

export class WorkerThread<R extends ThreadTask> {
  state: State = 'starting';
  readonly slots: SlotTable<R>;
  readonly prefetch: PrefetchWindow;
  /** Whether the thread has proved able to run tasks: it has ended one that is not bound, or exited while one was running. */
  hasWorked = false;
  /** When the thread became ready, in ms; undefined before. */
  readyAt: number | undefined;
  readonly #limits: ThreadLimits;
  readonly #recycling: Recycling;
  readonly #nestedCalls = new NestedCalls({
    answer: (id, value) => {
      if (this.state === 'exited') return;
      this.#outbox.addValue(wire.RESOLVE_CALL, id, value);
      this.#owner.requestTurn();
    },
    reject: (id, error) => {
      this.#post(wire.REJECT_CALL, id, serializeError(error));
    },
  });
  readonly #owner: ThreadOwner<R, WorkerThread<R>>;
  readonly #handle: ThreadHandle;
  readonly #token = Math.random();
  readonly #functions = new SentFunctions();
  readonly #signals = new ConnectedSignals((slot, index, reason) => {
    this.#post(wire.ABORT_SIGNAL, slot, index, serializeError(reason));
  });
  readonly #killTimers: KillTimers;
  readonly #outbox: HostOutbox;
  readonly #inbox: Inbox;
  readonly #hasTeardown: boolean;
  /** Ends a thread whose `teardown` does not end. */
  #teardownTimer: Timer | undefined;

  constructor(
    readonly id: number,
    owner: ThreadOwner<R, WorkerThread<R>>,
    { platform, plan }: { readonly platform: Platform; readonly plan: Omit<ThreadPlan, 'slots' | 'token'> },
  ) {
    this.#owner = owner;
    this.#limits = plan.limits;
    this.#recycling = new Recycling(plan.limits.maxTasksPerThread);
    this.#hasTeardown = plan.lifecycle.teardown !== undefined;
    this.#killTimers = new KillTimers(owner.timers, owner.grace);
    const slots = new TaskSlots(platform.canShare);
    this.slots = new SlotTable(slots);
    this.prefetch = new PrefetchWindow(platform.canShare);
    this.#inbox = new Inbox((ended, ms) => {
      owner.times.addRuns(ended, ms);
      this.prefetch.learn(ended, ms);
    });
    this.#handle = platform.start(
      { ...plan, slots: slots.buffer, token: this.#token },
      {
        onBatch: (batch) => {
          this.#receive(batch);
        },
        onUnreadable: (cause) => {
          this.#failTasks({ kind: 'message', cause });
          this.kill();
        },
        onExit: (exit) => {
          this.#onExit(exit);
        },
      },
    );
    this.#outbox = new HostOutbox(this.#handle, (op, id, errorFor) => {
      if (op === wire.RESOLVE_CALL) this.#outbox.add(wire.REJECT_CALL, id, serializeError(errorFor('WorkerTask.do')));
      else if (op === wire.INIT) this.#owner.onInitFailed(this, errorFor('init'));
      else {
        const task = this.#release(id);
        if (task) this.#recycling.onReturned([task]);
        task?.fail(errorFor(task.name));
        this.#endIfRetired();
      }
      // The worker sends no message about it: the free slot, or the rejection, needs a turn of its own.
      this.#owner.requestTurn();
    });
    const { initData } = plan.lifecycle;
    if (initData !== undefined) this.#outbox.addValue(wire.INIT, 0, initData);
  }

  /** Number of tasks that were sent and have not ended. */
  get inFlight(): number {
    return this.slots.used;
  }

  /** Number of tasks that may be sent now. */
  get freeCredits(): number {
    if (this.state !== 'ready' || this.#killTimers.arePending) return 0;
    const nested = this.#nestedCalls.count;
    const credits = this.prefetch.credits + this.#limits.concurrency - 1 + nested - this.inFlight;
    // Running tasks may wait for nested calls, which are sent in any case.
    const remaining = nested > 0 ? Infinity : this.#recycling.remainingTasks;
    return Math.max(0, Math.min(this.slots.available, credits, remaining));
  }

  /** Whether the thread runs as many tasks as it can, without those that wait for nested calls. */
  get isOccupied(): boolean {
    return this.inFlight - this.#nestedCalls.count >= this.#limits.concurrency;
  }

  /** Whether the thread sends a message without being asked for anything. */
  get awaitsMessage(): boolean {
    return this.inFlight > 0 || !(this.state === 'ready' || this.state === 'exited');
  }

  /** Whether the thread takes tasks, now or when it has started. */
  get isActive(): boolean {
    return this.state === 'starting' || this.state === 'ready';
  }

  get isIdle(): boolean {
    return this.state === 'ready' && this.inFlight === 0;
  }

  /** Number of tasks that were sent ahead and may not have started. */
  get sentAhead(): number {
    return this.#nestedCalls.count > 0 ? this.slots.notStarted : Math.max(0, this.inFlight - this.#limits.concurrency);
  }

  /** Assigns a slot to the task, which is sent with the next batch. Returns the slot. */
  send(task: R): number {
    const { functionId, code, name, args, encoding } = task;
    const index = this.#functions.indexOf(functionId, (newIndex) => {
      this.#outbox.add(wire.DEFINE, newIndex, code, name);
    });
    const slot = this.slots.assign(task);
    this.#recycling.onSent(task);
    this.#outbox.addRun(slot, index, args, encoding);
    if (encoding) this.#signals.connect(slot, encoding.signals);
    return slot;
  }

  /** Allows the stream in this slot to send `count` more items. */
  demand(slot: number, count: number): void {
    this.#post(wire.DEMAND, slot, count);
  }

  /**
   * Cancels the task in this slot. Returns true if it had not started, and so is over at once.
   *
   * @param reason sent to the task, which finds it in the reason of its signal
   */
  cancel(slot: number, reason: unknown): boolean {
    const task = this.slots.at(slot);
    if (this.slots.takeBack(slot)) {
      if (task) this.#recycling.onReturned([task]);
      return true;
    }
    this.#post(wire.CANCEL, slot, serializeCancelReason(reason));
    this.#killTimers.start(slot, () => {
      // The last message of the task may be on its way while the thread runs the next task.
      if (!this.slots.hasEnded(slot)) this.kill();
    });
    return false;
  }

  /** Takes back at most `count` tasks that have not started, the newest ones. */
  takeBackLast(count: number): R[] {
    const tasks = this.slots.takeBackLast(count);
    this.#recycling.onReturned(tasks);
    return tasks;
  }

  flush(): void {
    if (this.state !== 'exited') this.#outbox.flush();
  }

  /** Ends the thread when its running tasks have ended. Tasks that have not started go to other threads. */
  retire(): void {
    if (this.state === 'starting') this.kill();
    if (this.state !== 'ready') return;
    this.state = 'retiring';
    this.#owner.requeue(this.slots.takeBackLast(Infinity));
    this.#endIfRetired();
  }

  /** Retires a thread that has run as many tasks as it may, or whose heap is too large. */
  recycleIfDue(): void {
    if (this.state === 'ready' && this.#recycling.isDue(this)) this.retire();
  }

  kill(): void {
    if (this.state === 'terminating' || this.state === 'exited') return;
    this.state = 'terminating';
    this.#owner.timers.clear(this.#teardownTimer);
    this.#owner.requeue(this.slots.takeBackLast(Infinity));
    this.#handle.kill();
  }

  #post(op: number, id: number, first: unknown, second?: unknown): void {
    if (this.state === 'exited') return;
    this.#outbox.add(op, id, first, second);
    this.#owner.requestTurn();
  }

  /** Takes a batch, unless a task has sent it by the port of the worker. */
  #receive(batch: unknown): void {
    if (!wire.isBatchOf(batch, this.#token)) {
      this.#onForeignMessage();
      return;
    }
    this.#inbox.push(batch);
    this.readMessages();
    this.#endIfRetired();
    this.#owner.requestTurn();
  }

  /** Handles all messages that have arrived. */
  readMessages(): void {
    while (this.#inbox.read(this.#onMessage));
  }

  readonly #onMessage = (op: number, id: number, payload: unknown): void => {
    if (op & wire.ENCODED) this.#onDecoded(op & ~wire.ENCODED, id, decode(payload as EncodedValue));
    else this.#onDecoded(op, id, payload);
  };

  #onDecoded(op: number, id: number, payload: unknown): void {
    if (wire.isAboutSlot(op) && !this.slots.isUsed(id)) return;
    switch (op) {
      case wire.VALUE:
        this.#releaseEnded(id)?.succeed(payload);
        return;
      case wire.FAILURE: {
        const task = this.#releaseEnded(id);
        task?.fail(deserializeError(payload as ErrorRecord, task.callerStack?.stack));
        return;
      }
      case wire.ITEMS:
        this.slots.at(id)?.receiveItems(payload as readonly unknown[]);
        return;
      case wire.END:
        this.#releaseEnded(id)?.completeStream();
        return;
      case wire.SKIPPED: {
        // A task that was not taken back has lost its place because something changed the slots.
        const task = this.#release(id);
        if (task) this.#owner.requeue([task]);
        return;
      }
      case wire.CALL:
        this.#nestedCalls.open(id, () =>
          this.#owner.startNestedCall(this.#nestedCalls, id, payload as wire.CallPayload),
        );
        return;
      case wire.CANCEL_CALL:
        this.#nestedCalls.cancel(id, deserializeCancelReason(payload as ErrorRecord));
        return;
      case wire.ABORT_CALL_SIGNAL: {
        const [index, reason] = payload as [number, ErrorRecord];
        this.#nestedCalls.abortSignal(id, index, deserializeThrown(reason));
        return;
      }
      case wire.READY:
        if (this.state !== 'starting') return;
        this.state = 'ready';
        this.readyAt = monotonicNow();
        return;
      case wire.HEAP_EXCEEDED:
        this.#recycling.isHeapExceeded = true;
        return;
      case wire.FAULT:
        this.#owner.onFault(this, deserializeError(payload as ErrorRecord));
        return;
      case wire.INIT_FAILED:
        this.#owner.onInitFailed(this, deserializeError(payload as ErrorRecord));
        return;
      case wire.TORN_DOWN:
        this.kill();
        return;
      case wire.UNREADABLE:
        this.#onUnreadable(id);
    }
  }

  /** Replaces a thread whose port a task has found. Its running tasks end first. */
  #onForeignMessage(): void {
    if (!this.isActive) return;
    // The thread itself has started well if it runs a task.
    if (this.inFlight > 0) this.hasWorked = true;
    const why = 'A task has sent a message on the port between its thread and the pool, so the thread is replaced.';
    this.#owner.onFault(this, new Error(why));
  }

  /** The worker could not read a batch. Its tasks are sent again one by one; a task that was sent alone is at fault. */
  #onUnreadable(batch: number): void {
    const lost = this.#outbox.slotsInBatch(batch).filter((slot) => this.slots.at(slot));
    const cause = new Error('The thread could not read the message.');
    for (const slot of lost) {
      const task = this.#release(slot);
      if (!task) continue;
      if (lost.length === 1) task.fail(new TransferError(task.name, 'args', 'nothing that the thread can read', cause));
      else {
        this.send(task);
        this.flush();
      }
    }
  }

  /** Frees the slot of a task that the thread has run. */
  #releaseEnded(slot: number): R | undefined {
    const task = this.#release(slot);
    if (!this.hasWorked && task && !task.isBound) {
      this.hasWorked = true;
      this.#owner.onFirstTaskEnded();
    }
    return task;
  }

  /** Frees the slot of a task that the thread is done with. */
  #release(slot: number): R | undefined {
    this.#killTimers.clear(slot);
    this.#signals.disconnect(slot);
    return this.slots.release(slot);
  }

  #onExit(reported: WorkerExit): void {
    this.readMessages();
    const exit: WorkerExit = this.state === 'terminating' ? { kind: 'killed' } : reported;
    this.state = 'exited';
    this.#owner.timers.clear(this.#teardownTimer);
    this.#failTasks(exit);
    this.#nestedCalls.cancelAll();
    this.#owner.onExit(this, exit);
  }

  /** Fails the started tasks and requeues the others. */
  #failTasks({ kind, exitCode, cause }: WorkerExit): void {
    const { started, others } = this.slots.clear({ blamesEnded: kind === 'message' });
    this.#killTimers.clearAll();
    this.#signals.disconnectAll();
    if (started.length > 0) this.hasWorked = true;
    this.#owner.requeue(others);
    this.#owner.notifications.notifyEach(started, (task) => {
      task.fail(new WorkerCrashError(task.name, kind, { exitCode, cause, others: started.length - 1 }));
    });
  }

  #endIfRetired(): void {
    if (this.state !== 'retiring' || this.inFlight > 0) return;
    if (!this.#hasTeardown) {
      this.kill();
      return;
    }
    this.state = 'tearing-down';
    this.#post(wire.TEAR_DOWN, 0, undefined);
    this.#teardownTimer = this.#owner.timers.set(this.#owner.grace, () => {
      this.kill();
    });
  }
}
