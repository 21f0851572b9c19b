/**
 * A worker, as the host sees it: what it was sent and has not answered, how much it may be sent ahead, and what it says.
 */
import { recordOf, type ErrorRecord } from './error-record';
import { revive } from './error-revival';
import { Graces } from './graces';
import { Incoming } from './incoming';
import { OpenCalls } from './open-calls';
import { Outgoing } from './outgoing';
import { Pace } from './pace';
import { Places } from './places';
import type { Death, Platform, ThreadHandle, ThreadPlan } from './platform';
import { TransferError, WorkerCrashError } from './pool-errors';
import * as wire from './protocol';
import type { Runnable, ThreadOwner } from './runnable';
import { Seats } from './seats';

type State = 'starting' | 'ready' | 'leaving' | 'dying' | 'dead';

export class Thread<R extends Runnable> {
  state: State = 'starting';
  readonly seats: Seats<R>;
  readonly pace: Pace;
  /** It has ended a task, or ended with one: it was fit for work. */
  hasWorked = false;
  readonly #calls = new OpenCalls((op, id, what) => {
    this.#say(op, id, what);
  });
  readonly #owner: ThreadOwner<R, Thread<R>>;
  readonly #handle: ThreadHandle;
  readonly #knownFunctions = new Set<number>();
  readonly #graces: Graces;
  readonly #outgoing: Outgoing;
  readonly #incoming: Incoming;

  constructor(
    readonly id: number,
    owner: ThreadOwner<R, Thread<R>>,
    { platform, plan }: { readonly platform: Platform; readonly plan: Omit<ThreadPlan, 'places'> },
  ) {
    this.#owner = owner;
    this.#graces = new Graces(owner.deadlines, owner.grace);
    const places = new Places(platform.canShare);
    this.seats = new Seats(places);
    this.pace = new Pace(platform.canShare);
    this.#incoming = new Incoming((ended, ms) => {
      if (ended > 0) this.hasWorked = true;
      this.pace.learn(ended, ms);
    });
    this.#handle = platform.start(
      { ...plan, places: places.buffer },
      {
        receive: (batch) => {
          this.#receive(batch);
        },
        unreadable: (cause) => {
          this.#fell({ kind: 'message', cause });
          this.kill();
        },
        died: (death) => {
          this.#died(death);
        },
      },
    );
    this.#outgoing = new Outgoing(this.#handle, (op, id, errorFor) => {
      if (op === wire.ANSWER) this.#outgoing.add(wire.REFUSE, id, recordOf(errorFor('WorkerTask.do')));
      else {
        const request = this.#free(id);
        request?.fail(errorFor(request.name));
        this.#endIfIdle();
      }
      // No word from the worker will: others may wait for the place, and the answer is yet to go.
      this.#owner.stir();
    });
  }

  /** Tasks it was sent and has not ended. */
  get inFlight(): number {
    return this.seats.taken;
  }

  /** So many tasks it may be sent now. */
  get room(): number {
    if (this.state !== 'ready' || this.#graces.arePending) return 0;
    return Math.max(0, Math.min(this.seats.left, this.pace.credits + this.#calls.count - this.inFlight));
  }

  /** One of its tasks is at work, and does not just wait for others. */
  get isOccupied(): boolean {
    return this.inFlight > this.#calls.count;
  }

  get isIdle(): boolean {
    return this.state === 'ready' && this.inFlight === 0;
  }

  /** So many it was sent and may not have begun. */
  get ahead(): number {
    return this.#calls.count > 0 ? this.seats.unbegun : Math.max(0, this.inFlight - 1);
  }

  /** Gives it a place; it goes with the next batch. */
  send(request: R): number {
    const { functionId, code, name, args } = request;
    if (!this.#knownFunctions.has(functionId)) {
      this.#knownFunctions.add(functionId);
      this.#outgoing.add(wire.DEFINE, functionId, code, name);
    }
    const place = this.seats.seat(request);
    this.#outgoing.add(wire.RUN, place, functionId, args);
    return place;
  }

  /** More of a stream is wanted. */
  demand(place: number, count: number): void {
    this.#say(wire.DEMAND, place, count);
  }

  /** Nobody wants it any more; true if it had not begun, and so is over. */
  abandon(place: number, reason: string): boolean {
    if (this.seats.takeBack(place)) return true;
    this.#say(wire.CANCEL, place, reason);
    this.#graces.give(place, () => {
      // Word of its end may be on its way, and the thread at the next task.
      if (!this.seats.hasEnded(place)) this.kill();
    });
    return false;
  }

  flush(): void {
    if (this.state !== 'dead') this.#outgoing.flush();
  }

  /** It ends when it is idle. */
  leave(): void {
    if (this.state === 'starting') this.kill();
    if (this.state !== 'ready') return;
    this.state = 'leaving';
    this.#owner.takeBack(this.seats.takeBackLast(Infinity));
    this.#endIfIdle();
  }

  kill(): void {
    if (this.state === 'dying' || this.state === 'dead') return;
    this.state = 'dying';
    this.#owner.takeBack(this.seats.takeBackLast(Infinity));
    this.#handle.kill();
  }

  #say(op: number, id: number, what: unknown): void {
    if (this.state === 'dead') return;
    this.#outgoing.add(op, id, what);
    this.#owner.stir();
  }

  #receive(batch: wire.Batch): void {
    this.#incoming.push(batch);
    this.readOn();
    this.#endIfIdle();
    this.#owner.stir();
  }

  readOn(): void {
    while (this.#incoming.read(this.#hear));
  }

  readonly #hear = (op: number, id: number, payload: unknown): void => {
    switch (op) {
      case wire.VALUE:
        this.#free(id)?.succeed(payload);
        return;
      case wire.FAILURE: {
        const request = this.#free(id);
        request?.fail(revive(payload as ErrorRecord, request.callerStack?.stack));
        return;
      }
      case wire.ITEMS:
        this.seats.at(id)?.items(payload as readonly unknown[]);
        return;
      case wire.END:
        this.#free(id)?.completed();
        return;
      case wire.SKIPPED:
        this.#free(id);
        return;
      case wire.CALL:
        this.#calls.open(id, () => this.#owner.call(this.#calls, id, payload as wire.CallPayload));
        return;
      case wire.FORGO:
        this.#calls.cancel(id);
        return;
      case wire.READY:
        if (this.state === 'starting') this.state = 'ready';
        return;
      case wire.FAULT:
        this.#owner.fault(this, revive(payload as ErrorRecord));
        return;
      case wire.UNFIT:
        this.#owner.unfit(this, revive(payload as ErrorRecord));
        return;
      case wire.UNREADABLE:
        this.#unread(id);
    }
  };

  /** A batch could not be read there: what came alone is at fault, and the others are sent again, alone. */
  #unread(batch: number): void {
    const lost = this.#outgoing.placesIn(batch).filter((place) => this.seats.at(place));
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
    this.#graces.clear(place);
    return this.seats.free(place);
  }

  #died(death: Death): void {
    this.readOn();
    const itsDeath: Death = this.state === 'dying' ? { kind: 'killed' } : death;
    this.state = 'dead';
    this.#fell(itsDeath);
    this.#calls.cancelAll();
    this.#owner.died(this, itsDeath);
  }

  /** What had begun fails; the rest goes to others. */
  #fell({ kind, exitCode, cause }: Death): void {
    const { begun, others } = this.seats.clear({ blamesEnded: kind === 'message' });
    this.#graces.clearAll();
    if (begun.length > 0) this.hasWorked = true;
    this.#owner.takeBack(others);
    this.#owner.notices.tellEach(begun, (request) => {
      request.fail(new WorkerCrashError(request.name, kind, { exitCode, cause }));
    });
  }

  #endIfIdle(): void {
    if (this.state === 'leaving' && this.inFlight === 0) this.kill();
  }
}
