/**
 * A worker, as the host sees it: what it was sent and has not answered, how much it may be sent ahead, and what it says.
 */
import { serializeError, type ErrorRecord } from '../wire/error-serializer';
import { deserializeError } from '../wire/error-deserializer';
import { KillTimers } from './kill-timers';
import { Inbox } from './inbox';
import { NestedCalls } from './nested-calls';
import { HostOutbox } from './outbox';
import { PrefetchWindow } from './prefetch-window';
import { TaskSlots } from '../wire/task-slots';
import type { WorkerExit, Platform, ThreadHandle, ThreadPlan } from './platform';
import { TransferError, WorkerCrashError } from '../wire/pool-errors';
import * as wire from '../wire/messages';
import type { ThreadTask, ThreadOwner } from './thread-task';
import { SlotTable } from './slot-table';

type State = 'starting' | 'ready' | 'leaving' | 'dying' | 'dead';

export class WorkerThread<R extends ThreadTask> {
  state: State = 'starting';
  readonly slots: SlotTable<R>;
  readonly prefetch: PrefetchWindow;
  /** It has ended a task, or ended with one: it was fit for work. */
  hasWorked = false;
  readonly #nestedCalls = new NestedCalls((op, id, what) => {
    this.#post(op, id, what);
  });
  readonly #owner: ThreadOwner<R, WorkerThread<R>>;
  readonly #handle: ThreadHandle;
  readonly #knownFunctions = new Set<number>();
  readonly #killTimers: KillTimers;
  readonly #outbox: HostOutbox;
  readonly #inbox: Inbox;

  constructor(
    readonly id: number,
    owner: ThreadOwner<R, WorkerThread<R>>,
    { platform, plan }: { readonly platform: Platform; readonly plan: Omit<ThreadPlan, 'places'> },
  ) {
    this.#owner = owner;
    this.#killTimers = new KillTimers(owner.timers, owner.grace);
    const places = new TaskSlots(platform.canShare);
    this.slots = new SlotTable(places);
    this.prefetch = new PrefetchWindow(platform.canShare);
    this.#inbox = new Inbox((ended, ms) => {
      if (ended > 0) this.hasWorked = true;
      this.prefetch.learn(ended, ms);
    });
    this.#handle = platform.start(
      { ...plan, places: places.buffer },
      {
        onBatch: (batch) => {
          this.#receive(batch);
        },
        onUnreadable: (cause) => {
          this.#failTasks({ kind: 'message', cause });
          this.kill();
        },
        onExit: (death) => {
          this.#onExit(death);
        },
      },
    );
    this.#outbox = new HostOutbox(this.#handle, (op, id, errorFor) => {
      if (op === wire.ANSWER) this.#outbox.add(wire.REJECT, id, serializeError(errorFor('WorkerTask.do')));
      else {
        const request = this.#free(id);
        request?.fail(errorFor(request.name));
        this.#endIfIdle();
      }
      // No word from the worker will: others may wait for the place, and the answer is yet to go.
      this.#owner.requestTurn();
    });
  }

  /** Tasks it was sent and has not ended. */
  get inFlight(): number {
    return this.slots.taken;
  }

  /** So many tasks it may be sent now. */
  get freeCredits(): number {
    if (this.state !== 'ready' || this.#killTimers.arePending) return 0;
    return Math.max(0, Math.min(this.slots.left, this.prefetch.credits + this.#nestedCalls.count - this.inFlight));
  }

  /** One of its tasks is at work, and does not just wait for others. */
  get isOccupied(): boolean {
    return this.inFlight > this.#nestedCalls.count;
  }

  get isIdle(): boolean {
    return this.state === 'ready' && this.inFlight === 0;
  }

  /** So many it was sent and may not have begun. */
  get ahead(): number {
    return this.#nestedCalls.count > 0 ? this.slots.unbegun : Math.max(0, this.inFlight - 1);
  }

  /** Gives it a place; it goes with the next batch. */
  send(request: R): number {
    const { functionId, code, name, args } = request;
    if (!this.#knownFunctions.has(functionId)) {
      this.#knownFunctions.add(functionId);
      this.#outbox.add(wire.DEFINE, functionId, code, name);
    }
    const place = this.slots.assign(request);
    this.#outbox.add(wire.RUN, place, functionId, args);
    return place;
  }

  /** More of a stream is wanted. */
  demand(place: number, count: number): void {
    this.#post(wire.DEMAND, place, count);
  }

  /** Nobody wants it any more; true if it had not begun, and so is over. */
  abandon(place: number, reason: string): boolean {
    if (this.slots.takeBack(place)) return true;
    this.#post(wire.CANCEL, place, reason);
    this.#killTimers.start(place, () => {
      // Word of its end may be on its way, and the thread at the next task.
      if (!this.slots.hasEnded(place)) this.kill();
    });
    return false;
  }

  flush(): void {
    if (this.state !== 'dead') this.#outbox.flush();
  }

  /** It ends when it is idle. */
  retire(): void {
    if (this.state === 'starting') this.kill();
    if (this.state !== 'ready') return;
    this.state = 'leaving';
    this.#owner.requeue(this.slots.takeBackLast(Infinity));
    this.#endIfIdle();
  }

  kill(): void {
    if (this.state === 'dying' || this.state === 'dead') return;
    this.state = 'dying';
    this.#owner.requeue(this.slots.takeBackLast(Infinity));
    this.#handle.kill();
  }

  #post(op: number, id: number, what: unknown): void {
    if (this.state === 'dead') return;
    this.#outbox.add(op, id, what);
    this.#owner.requestTurn();
  }

  #receive(batch: wire.Batch): void {
    this.#inbox.push(batch);
    this.readOn();
    this.#endIfIdle();
    this.#owner.requestTurn();
  }

  readOn(): void {
    while (this.#inbox.read(this.#onMessage));
  }

  readonly #onMessage = (op: number, id: number, payload: unknown): void => {
    switch (op) {
      case wire.VALUE:
        this.#free(id)?.succeed(payload);
        return;
      case wire.FAILURE: {
        const request = this.#free(id);
        request?.fail(deserializeError(payload as ErrorRecord, request.callerStack?.stack));
        return;
      }
      case wire.ITEMS:
        this.slots.at(id)?.items(payload as readonly unknown[]);
        return;
      case wire.END:
        this.#free(id)?.completed();
        return;
      case wire.SKIPPED:
        this.#free(id);
        return;
      case wire.CALL:
        this.#nestedCalls.open(id, () => this.#owner.call(this.#nestedCalls, id, payload as wire.CallPayload));
        return;
      case wire.CANCEL_CALL:
        this.#nestedCalls.cancel(id);
        return;
      case wire.READY:
        if (this.state === 'starting') this.state = 'ready';
        return;
      case wire.FAULT:
        this.#owner.onFault(this, deserializeError(payload as ErrorRecord));
        return;
      case wire.INIT_FAILED:
        this.#owner.onInitFailed(this, deserializeError(payload as ErrorRecord));
        return;
      case wire.UNREADABLE:
        this.#onUnreadable(id);
    }
  };

  /** A batch could not be read there: what came alone is at fault, and the others are sent again, alone. */
  #onUnreadable(batch: number): void {
    const lost = this.#outbox.placesIn(batch).filter((place) => this.slots.at(place));
    const cause = new Error('The thread could not read it.');
    for (const place of lost) {
      const request = this.#free(place);
      if (!request) continue;
      if (lost.length === 1) request.fail(new TransferError(request.name, 'args', 'nothing it can read', cause));
      else {
        this.send(request);
        this.flush();
      }
    }
  }

  /** Its place is free, and the thread is done with it. */
  #free(place: number): R | undefined {
    this.#killTimers.clear(place);
    return this.slots.free(place);
  }

  #onExit(death: WorkerExit): void {
    this.readOn();
    const itsDeath: WorkerExit = this.state === 'dying' ? { kind: 'killed' } : death;
    this.state = 'dead';
    this.#failTasks(itsDeath);
    this.#nestedCalls.cancelAll();
    this.#owner.onExit(this, itsDeath);
  }

  /** What had begun fails; the rest goes to others. */
  #failTasks({ kind, exitCode, cause }: WorkerExit): void {
    const { begun, others } = this.slots.clear({ blamesEnded: kind === 'message' });
    this.#killTimers.clearAll();
    if (begun.length > 0) this.hasWorked = true;
    this.#owner.requeue(others);
    this.#owner.notifications.notifyEach(begun, (request) => {
      request.fail(new WorkerCrashError(request.name, kind, { exitCode, cause }));
    });
  }

  #endIfIdle(): void {
    if (this.state === 'leaving' && this.inFlight === 0) this.kill();
  }
}
