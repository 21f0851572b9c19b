/** What a trace tells of tasks: when each runs, and what it waits for. */
import type {
  EndedOutcome,
  InstrumentationEvent,
  ObservedBatch,
  ObservedScheduler,
} from '../../scheduler/instrumentation';
import { named, type Waiter } from '../../scheduler/waiter';
import { Timestamps } from './timestamps';
import { known, outcomeOf, type EventWriter } from './event-writer';

interface Wait {
  readonly from: number;
  to: number;
  readonly for: string;
}

interface Life {
  readonly scheduler: ObservedScheduler;
  /** The count of notes when it began, and when it waited: time may stand still. */
  readonly began: number;
  readonly waits: Wait[];
  /** What it has asked for since it last went on: how often, by title. */
  asked: Asked;
  /** Where whoever called it has noted that. */
  readonly askedIn: Asked | undefined;
}

type Asked = Map<string, number>;

/** So many of its waits are remembered, to say what it was at. */
const FEW = 16;

export class TaskEventWriter {
  readonly #lives = new WeakMap<Waiter, Life>();
  readonly #clocks = new Timestamps();
  /** Where those who asked for keys of a batch have noted that, once for each key. */
  readonly #askers = new WeakMap<ObservedBatch, Asked[]>();
  #count = 0;

  constructor(
    private readonly narrator: EventWriter,
    private readonly callerOf: (task: Waiter) => Waiter | undefined,
  ) {}

  /** How many notes there were: a time of its own. */
  get count(): number {
    return this.#count;
  }

  note(note: InstrumentationEvent): void {
    this.#count++;
    switch (note.type) {
      case 'task-began': {
        this.#began(note.task, note.scheduler);
        return;
      }
      case 'asked': {
        this.#asksForKey(named(note.waiter), note.batch);
        return;
      }
      case 'landed': {
        // Who has not waited by now goes on without.
        for (const asked of this.#askers.get(note.batch) ?? []) takeBack(asked, note.batch.name);
        this.#askers.delete(note.batch);
        return;
      }
      case 'call-queued': {
        this.#asksFor(named(note.waiter), note.name);
        return;
      }
      case 'task-suspended': {
        this.#suspended(note.task, note.awaited);
        return;
      }
      case 'task-resumed': {
        this.#resumed(note.task);
        return;
      }
      case 'task-ended': {
        this.#ended(note.task, note.how);
      }
    }
  }

  /** What a task, or whoever called it, was at when there were so many notes; undefined if nobody had begun. */
  doingAt(task: Waiter, count: number): string | undefined {
    const seen = new Set<Waiter>();
    // Those that wait for each other have no outermost.
    for (let one: Waiter | undefined = task; one && !seen.has(one); one = this.callerOf(one)) {
      seen.add(one);
      const life = this.#lives.get(one);
      if (!life || life.began > count) continue;
      const wait = life.waits.find(({ from, to }) => from <= count && count <= to);
      return `task "${one.name ?? ''}" ${wait ? `waited for ${wait.for}` : 'had not asked for it yet'}`;
    }
    return undefined;
  }

  #began(task: Waiter, scheduler: ObservedScheduler): void {
    const { ids, siteOf, write: tell } = this.narrator;
    const caller = this.callerOf(task);
    this.#asksFor(caller, task.name ?? '');
    const askedIn = caller && this.#lives.get(caller)?.asked;
    const id = ids.give(task);
    this.#lives.set(task, { scheduler, began: this.#count, waits: [], asked: new Map(), askedIn });
    tell({
      type: 'task-begin',
      id,
      name: task.name ?? '',
      at: this.#clocks.timeOf(task, scheduler),
      ...known('parent', ids.of(caller)),
      ...known('calledAt', siteOf(task.call)),
    });
  }

  #asksFor(task: Waiter | undefined, title: string): void {
    const asked = task && this.#lives.get(task)?.asked;
    asked?.set(title, (asked.get(title) ?? 0) + 1);
  }

  #asksForKey(task: Waiter | undefined, batch: ObservedBatch): void {
    this.#asksFor(task, batch.name);
    const asked = task && this.#lives.get(task)?.asked;
    if (!asked) return;
    const askers = this.#askers.get(batch);
    if (askers) askers.push(asked);
    else this.#askers.set(batch, [asked]);
  }

  #suspended(task: Waiter, awaited: { describe?(): string } | undefined): void {
    const life = this.#lives.get(task);
    const id = this.narrator.ids.of(task);
    if (!life || id === undefined) return;
    const titles = Array.from(life.asked, ([title, count]) => (count > 1 ? `${title} × ${String(count)}` : title));
    const what = titles.join(', ') || (awaited?.describe?.() ?? 'something elsewhere');
    life.asked = new Map();
    if (life.waits.length === FEW) life.waits.shift();
    life.waits.push({ from: this.#count, to: Infinity, for: what });
    this.narrator.write({ type: 'task-wait', id, at: this.#clocks.timeOf(task, life.scheduler), for: what });
  }

  #resumed(task: Waiter): void {
    const life = this.#lives.get(task);
    const id = this.narrator.ids.of(task);
    if (!life || id === undefined) return;
    const wait = life.waits.at(-1);
    if (wait) wait.to = this.#count;
    this.narrator.write({ type: 'task-resume', id, at: this.#clocks.timeOf(task, life.scheduler) });
  }

  #ended(task: Waiter, how: EndedOutcome): void {
    const life = this.#lives.get(task);
    const id = this.narrator.ids.of(task);
    if (!life || id === undefined) return;
    // Whoever called it goes on at once, and will not wait for it; if he waits already, that is told.
    if (life.askedIn) takeBack(life.askedIn, task.name ?? '');
    this.narrator.write({ type: 'task-end', id, at: this.#clocks.timeOf(task, life.scheduler), ...outcomeOf(how) });
  }
}

function takeBack(asked: Asked, title: string): void {
  const left = (asked.get(title) ?? 0) - 1;
  if (left > 0) asked.set(title, left);
  else asked.delete(title);
}
