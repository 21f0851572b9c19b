/**
 * The worker's half of the pool: it takes the tasks it was sent in their order and runs one at a time, or more while
 * some wait for other tasks of their own pool. It must outlive whatever they do: user code may change every prototype
 * and every global, so what is used here is as it was when the worker began.
 */
import { serializeError } from '../wire/error-serializer';
import { deserializeError } from '../wire/error-deserializer';
import { WorkerTaskSlots } from '../wire/task-slots';
import {
  ANSWER,
  CALL,
  CANCEL,
  DEFINE,
  DEMAND,
  FAULT,
  CANCEL_CALL,
  READY,
  REJECT,
  RUN,
  SKIPPED,
  TO_WORKER,
  INIT_FAILED,
  UNREADABLE,
  type Batch,
  type WorkerInit,
  type CallPayload,
} from '../wire/messages';
import { Definition, resolveFunction } from './functions';
import { arraySplice, now } from '../wire/intrinsics';
import { WorkerOutbox } from './outbox';
import { PendingCalls } from './pending-calls';
import { RunningTask } from './running-task';
import type { WorkerPlatform } from './worker-platform';

/** In ms. */
const LONGEST_TURN = 5;

export class WorkerRuntime {
  readonly outbox: WorkerOutbox;
  readonly places: WorkerTaskSlots;
  /** What was sent and has not begun, three elements each, from `#next` on. */
  #waiting: unknown[] = [];
  #next = 0;
  readonly #definitions: (Definition | undefined)[] = [];
  readonly #runs: (RunningTask | undefined)[] = [];
  /** Of tasks that may have ended, while their results have not gone out. */
  readonly #names: string[] = [];
  #running = 0;
  readonly #calls = new PendingCalls();
  #isWorking = false;
  #batches = 0;

  constructor(
    birth: Pick<WorkerInit, 'places' | 'init'>,
    readonly platform: WorkerPlatform,
  ) {
    this.places = new WorkerTaskSlots(birth.places);
    this.outbox = new WorkerOutbox(platform, {
      nameOf: (place) => this.#names[place] ?? 'a task',
      taskRefused: (place) => this.#runs[place]?.discard(),
      callRefused: (id, error) => this.#calls.close(id)?.reject(error),
    });
    void this.#prepare(birth);
  }

  readonly receive = (batch: Batch): void => {
    this.take(batch);
    this.#work();
    // What comes next often comes at once; but the event loop has its turn as well.
    const end = now() + LONGEST_TURN;
    while (this.#running === 0 && now() < end && this.platform.listen()) this.#work();
  };

  /** Notes what was sent, and begins nothing. */
  readonly take = (batch: Batch): void => {
    this.#batches++;
    for (let index = 0; index < batch.length; index += TO_WORKER) {
      this.#note(batch[index] as number, batch[index + 1] as number, batch[index + 2], batch[index + 3]);
    }
  };

  /** A batch has come that this platform could not read. */
  unreadable(): void {
    this.outbox.add(UNREADABLE, this.#batches++);
    this.outbox.flush();
  }

  /** Something was thrown that nobody caught: the fault of this task, if it is still at work. */
  fault(error: unknown, task: RunningTask | undefined): void {
    const record = serializeError(error);
    const culprit = task ?? this.#only();
    if (culprit?.isOver === false) culprit.fail(error);
    this.outbox.add(FAULT, 0, record);
    this.outbox.flush();
  }

  /** The thread ends: what is done goes out. */
  leave(): void {
    for (let place = 0; place < this.#runs.length; place++) this.#runs[place]?.production?.leave();
    this.outbox.flush();
  }

  /** A task is over: there is room for the next. */
  ended(run: RunningTask): void {
    this.#runs[run.place] = undefined;
    this.#running--;
    this.#work();
  }

  /** Asks the host to run something for a task. */
  call(payload: CallPayload, task: RunningTask): Promise<unknown> {
    return this.#calls.open(task, (id) => {
      this.outbox.add(CALL, id, payload);
      this.outbox.flush();
      // While it is waited for, this thread may be what it is waiting for.
      this.platform.soon(() => {
        this.#work();
      });
    });
  }

  /** A task that was cancelled would hold its thread until that is ended, neighbours and all, if it waited for others. */
  cancelCalls(task: RunningTask, error: unknown): void {
    this.#calls.reject(task, error, (id) => {
      this.outbox.add(CANCEL_CALL, id);
    });
  }

  async #prepare({ init }: Pick<WorkerInit, 'init'>): Promise<void> {
    try {
      if (init) await (await resolveFunction(new Definition(init, 'init'), this.platform)).call(undefined);
      this.outbox.add(READY, 0);
    } catch (error) {
      this.outbox.add(INIT_FAILED, 0, serializeError(error));
    }
    this.outbox.flush();
  }

  #note(op: number, id: number, first: unknown, second: unknown): void {
    switch (op) {
      case RUN: {
        this.places.fill(id);
        const waiting = this.#waiting;
        const { length } = waiting;
        waiting[length] = id;
        waiting[length + 1] = first;
        waiting[length + 2] = second;
        return;
      }
      case DEFINE:
        this.#definitions[id] = new Definition(first as Definition['code'], second as string);
        return;
      case CANCEL:
        if (this.#runs[id]) this.#runs[id].cancel(first as string);
        else this.#drop(id);
        return;
      case DEMAND:
        this.#runs[id]?.production?.grant(first as number);
        return;
      case ANSWER:
        this.#calls.close(id)?.resolve(first);
        return;
      case REJECT:
        this.#calls.close(id)?.reject(deserializeError(first as Parameters<typeof deserializeError>[0]));
    }
  }

  /** It was sent and has not begun: where memory is not shared, this is how it is taken back. */
  #drop(place: number): void {
    for (let at = this.#next; at < this.#waiting.length; at += 3) {
      if (this.#waiting[at] !== place) continue;
      arraySplice(this.#waiting, at, 3);
      this.outbox.add(SKIPPED, place);
      return;
    }
  }

  #work(): void {
    if (this.#isWorking) return;
    this.#isWorking = true;
    while (this.#running <= this.#calls.count && this.#next < this.#waiting.length) {
      const at = this.#next;
      this.#next += 3;
      this.#begin(this.#waiting[at] as number, this.#waiting[at + 1] as number, this.#waiting[at + 2] as unknown[]);
    }
    if (this.#next === this.#waiting.length && this.#next > 0) {
      this.#waiting = [];
      this.#next = 0;
    }
    this.#isWorking = false;
    // Something that is being waited for may end in this very turn, and its result go along.
    if (this.#running > 0) this.outbox.flushSoon();
    else this.outbox.flush();
  }

  #begin(place: number, id: number, args: unknown[]): void {
    const definition = this.#definitions[id];
    // What is done does not wait for what may take long.
    if (!definition?.isTiny || this.outbox.isLate(now())) this.outbox.flush();
    if (!definition || !this.places.begin(place)) {
      this.outbox.add(SKIPPED, place);
      return;
    }
    this.#running++;
    const run = new RunningTask(this, { place, definition, args });
    this.#runs[place] = run;
    this.#names[place] = definition.name;
    run.begin();
  }

  /** Who it must have been, where the platform can't tell. */
  #only(): RunningTask | undefined {
    let only: RunningTask | undefined;
    for (let place = 0; place < this.#runs.length; place++) only ??= this.#runs[place];
    return this.#running === 1 ? only : undefined;
  }
}
