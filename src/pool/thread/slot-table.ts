/** The slot table knows which task holds which slot of a thread. */
import { TaskSlots, type TaskPhase } from '../wire/task-slots';

interface SlotHolder {
  readonly number: number;
  /** A task with transferred arguments cannot be sent again. */
  readonly hasTransfers: boolean;
  /** A bound task runs on no other thread. */
  readonly isBound: boolean;
  onReleased(): void;
}

export class SlotTable<T extends SlotHolder> {
  /** Number of used slots, those of cancelled tasks included. */
  used = 0;
  readonly #slots: TaskSlots;
  readonly #tasks: (T | undefined)[] = [];

  constructor(slots: TaskSlots) {
    this.#slots = slots;
  }

  /** Number of free slots. */
  get available(): number {
    return this.#slots.freeCount;
  }

  get tasks(): T[] {
    return this.#tasks.filter((task) => task !== undefined);
  }

  at(slot: number): T | undefined {
    return this.#tasks[slot];
  }

  /** Number of tasks that the worker has not started. */
  get notStarted(): number {
    let count = 0;
    for (const [slot, task] of this.#tasks.entries())
      if (task && this.phase(slot) === 'queue' && !this.hasEnded(slot)) count++;
    return count;
  }

  phase(slot: number): TaskPhase {
    return this.#slots.phase(slot);
  }

  hasEnded(slot: number): boolean {
    return this.#slots.hasEnded(slot);
  }

  assign(task: T): number {
    const slot = this.#slots.take();
    this.#tasks[slot] = task;
    this.used++;
    return slot;
  }

  /** Whether the slot is in use, also by a task that was cancelled or taken back. */
  isUsed(slot: number): boolean {
    return this.#slots.isTaken(slot);
  }

  /** Frees a slot whose last message has arrived, and returns the task that held it. */
  release(slot: number): T | undefined {
    const task = this.#tasks[slot];
    this.#tasks[slot] = undefined;
    this.#slots.release(slot);
    this.used--;
    task?.onReleased();
    return task;
  }

  /** Takes back a task that has not started, or returns false. The slot is free once the worker has skipped it. */
  takeBack(slot: number): boolean {
    const isBack = this.#slots.takeBack(slot);
    if (isBack) this.#tasks[slot] = undefined;
    return isBack;
  }

  /** Takes back at most `count` tasks that have not started, the newest ones. */
  takeBackLast(count: number): T[] {
    const back: T[] = [];
    const newestFirst = [...this.#tasks.entries()].sort(([, one], [, other]) => numberOf(other) - numberOf(one));
    for (const [slot, task] of newestFirst) {
      if (back.length === count) break;
      if (task && !task.hasTransfers && !task.isBound && this.takeBack(slot)) back.push(task);
    }
    return back.reverse();
  }

  /** Releases all tasks. `started` are those that were running or cannot be sent again; `others` can run on another thread. */
  clear({ blamesEnded }: { readonly blamesEnded: boolean }): { readonly started: T[]; readonly others: T[] } {
    const cleared = { started: [] as T[], others: [] as T[] };
    for (const [slot, task] of [...this.#tasks.entries()]) {
      if (!task) continue;
      const hasStarted =
        task.hasTransfers ||
        task.isBound ||
        (this.#slots.hasBegun(slot) && (blamesEnded || !this.#slots.hasEnded(slot)));
      this.release(slot);
      cleared[hasStarted ? 'started' : 'others'].push(task);
    }
    return cleared;
  }
}

const numberOf = (task: { readonly number: number } | undefined): number => task?.number ?? 0;
