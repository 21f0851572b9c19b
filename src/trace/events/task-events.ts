/** Events of tasks: when each task runs, and what it waits for. */
import type {
  EndOutcome,
  InstrumentationEvent,
  ObservedBatch,
  ObservedScheduler,
} from '../../scheduler/instrumentation';
import { nearestWithRole, type Waiter } from '../../scheduler/waiter';
import { Timestamps } from './timestamps';
import { optional, outcomeOf, type EventWriter } from './event-writer';

/** A wait of a task, from one event count to another. */
interface TaskWait {
  readonly from: number;
  to: number;
  readonly for: string;
}

interface TaskRecord {
  readonly scheduler: ObservedScheduler;
  /** The event count at the first step. Event counts order what happens at the same virtual time. */
  readonly began: number;
  readonly waits: TaskWait[];
  /** What the task has asked for since it was last resumed: the number of requests by name. */
  requests: Requests;
  /** The `requests` of the caller at the moment of the call. */
  readonly callerRequests: Requests | undefined;
}

type Requests = Map<string, number>;

/** The number of waits that are kept of each task, to tell what it did when a batch was flushed. */
const MAX_WAITS = 16;

export class TaskEventWriter {
  readonly #records = new WeakMap<Waiter, TaskRecord>();
  readonly #timestamps = new Timestamps();
  /** The `requests` of all tasks that asked for keys of a batch, once for each key. */
  readonly #requestsByBatch = new WeakMap<ObservedBatch, Requests[]>();
  #eventCount = 0;

  constructor(
    private readonly writer: EventWriter,
    private readonly callerOf: (task: Waiter) => Waiter | undefined,
  ) {}

  /** The number of events so far: a logical clock, since virtual time may stand still. */
  get eventCount(): number {
    return this.#eventCount;
  }

  handle(event: InstrumentationEvent): void {
    this.#eventCount++;
    switch (event.type) {
      case 'task-began': {
        this.#writeBegin(event.task, event.scheduler);
        return;
      }
      case 'key-requested': {
        this.#addKeyRequest(nearestWithRole(event.waiter), event.batch);
        return;
      }
      case 'batch-ended': {
        // A task that does not wait by now has its results, and goes on without a wait.
        for (const requests of this.#requestsByBatch.get(event.batch) ?? []) removeRequest(requests, event.batch.name);
        this.#requestsByBatch.delete(event.batch);
        return;
      }
      case 'call-queued': {
        this.#addRequest(nearestWithRole(event.waiter), event.name);
        return;
      }
      case 'task-suspended': {
        this.#writeWait(event.task, event.awaited);
        return;
      }
      case 'task-resumed': {
        this.#writeResume(event.task);
        return;
      }
      case 'task-ended': {
        this.#writeEnd(event.task, event.outcome);
      }
    }
  }

  /** What a task, or else its nearest caller that had begun, did at an event count; undefined if none had begun. */
  activityAt(task: Waiter, eventCount: number): string | undefined {
    const visited = new Set<Waiter>();
    // Tasks that wait for each other form a cycle.
    for (let one: Waiter | undefined = task; one && !visited.has(one); one = this.callerOf(one)) {
      visited.add(one);
      const record = this.#records.get(one);
      if (!record || record.began > eventCount) continue;
      const wait = record.waits.find(({ from, to }) => from <= eventCount && eventCount <= to);
      return `task "${one.name ?? ''}" ${wait ? `waited for ${wait.for}` : 'had not asked for the key yet'}`;
    }
    return undefined;
  }

  #writeBegin(task: Waiter, scheduler: ObservedScheduler): void {
    const { ids, siteOf, write } = this.writer;
    const caller = this.callerOf(task);
    this.#addRequest(caller, task.name ?? '');
    const callerRequests = caller && this.#records.get(caller)?.requests;
    const id = ids.assign(task);
    this.#records.set(task, { scheduler, began: this.#eventCount, waits: [], requests: new Map(), callerRequests });
    write({
      type: 'task-begin',
      id,
      name: task.name ?? '',
      at: this.#timestamps.timeOf(task, scheduler),
      // A task that a resolver returns to graphql-js has no caller but its operation.
      ...optional('parent', ids.of(caller) ?? ids.of(scheduler.operation)),
      ...optional('calledAt', siteOf(task.call)),
    });
  }

  #addRequest(task: Waiter | undefined, name: string): void {
    const requests = task && this.#records.get(task)?.requests;
    requests?.set(name, (requests.get(name) ?? 0) + 1);
  }

  #addKeyRequest(task: Waiter | undefined, batch: ObservedBatch): void {
    this.#addRequest(task, batch.name);
    const requests = task && this.#records.get(task)?.requests;
    if (!requests) return;
    const ofBatch = this.#requestsByBatch.get(batch);
    if (ofBatch) ofBatch.push(requests);
    else this.#requestsByBatch.set(batch, [requests]);
  }

  #writeWait(task: Waiter, awaited: { describe?(): string } | undefined): void {
    const record = this.#records.get(task);
    const id = this.writer.ids.of(task);
    if (!record || id === undefined) return;
    const names = Array.from(record.requests, ([name, count]) => (count > 1 ? `${name} × ${String(count)}` : name));
    const awaitedText = names.join(', ') || (awaited?.describe?.() ?? 'an external value');
    record.requests = new Map();
    if (record.waits.length === MAX_WAITS) record.waits.shift();
    record.waits.push({ from: this.#eventCount, to: Infinity, for: awaitedText });
    const at = this.#timestamps.timeOf(task, record.scheduler);
    this.writer.write({ type: 'task-wait', id, at, for: awaitedText });
  }

  #writeResume(task: Waiter): void {
    const record = this.#records.get(task);
    const id = this.writer.ids.of(task);
    if (!record || id === undefined) return;
    const wait = record.waits.at(-1);
    if (wait) wait.to = this.#eventCount;
    this.writer.write({ type: 'task-resume', id, at: this.#timestamps.timeOf(task, record.scheduler) });
  }

  #writeEnd(task: Waiter, outcome: EndOutcome): void {
    const record = this.#records.get(task);
    const id = this.writer.ids.of(task);
    if (!record || id === undefined) return;
    // A caller that does not wait yet gets the result at once. A caller that waits has written its wait already.
    if (record.callerRequests) removeRequest(record.callerRequests, task.name ?? '');
    const at = this.#timestamps.timeOf(task, record.scheduler);
    this.writer.write({ type: 'task-end', id, at, ...outcomeOf(outcome) });
  }
}

function removeRequest(requests: Requests, name: string): void {
  const remaining = (requests.get(name) ?? 0) - 1;
  if (remaining > 0) requests.set(name, remaining);
  else requests.delete(name);
}
