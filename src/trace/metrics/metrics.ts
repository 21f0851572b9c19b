/**
 * A trace in numbers: of each batch function, each task and each pool, how many, how large, and how long it took. It keeps
 * counts, and of what has not ended its beginning; so it may stay on for as long as the process lives.
 */
import type { Observer } from 'rxjs';
import { BatchCounts, CallCounts, TaskCounts, type BatchMetrics, type CallMetrics, type TaskMetrics } from './counts';
import type { BatchEvent, TraceEvent } from '../events/trace-event';

export interface MetricsSnapshot {
  /** By the name of the batch function. */
  readonly batches: Readonly<Record<string, BatchMetrics>>;
  /** By the name of the task. */
  readonly tasks: Readonly<Record<string, TaskMetrics>>;
  /** By the name of the pool. */
  readonly pools: Readonly<Record<string, CallMetrics>>;
}

export interface Metrics extends Observer<TraceEvent> {
  /** All numbers as they are now: plain data. */
  snapshot(): MetricsSnapshot;
}

/**
 * @example
 * const counted = metrics();
 * trace$.subscribe(counted);
 * setInterval(() => console.log(counted.snapshot().batches.nameOf?.size.p50), 60_000);
 */
export const metrics = (): Metrics => new TraceMetrics();

class TraceMetrics implements Metrics {
  readonly #batches = new Map<string, BatchCounts>();
  readonly #tasks = new Map<string, TaskCounts>();
  readonly #pools = new Map<string, CallCounts>();
  /** What has not ended, by id: what it counts for, and when it began. */
  readonly #openBatches = new Map<number, Open<BatchCounts>>();
  readonly #flights = new Map<number, Open<BatchCounts>>();
  readonly #openTasks = new Map<number, Open<TaskCounts>>();
  readonly #queued = new Map<number, Open<CallCounts>>();
  readonly #running = new Map<number, Open<CallCounts>>();

  next(event: TraceEvent): void {
    switch (event.type) {
      case 'batch-open':
        this.#openBatches.set(event.id, { counts: of(this.#batches, event.batch, BatchCounts), since: event.at });
        break;
      case 'batch-ask':
        this.#openBatches.get(event.id)?.counts.ask(event.isNew);
        // Or the cache has it, on its way.
        this.#flights.get(event.id)?.counts.recall();
        break;
      case 'batch-recall':
        of(this.#batches, event.batch, BatchCounts).recall();
        break;
      case 'batch-flush':
        this.#flush(event);
        break;
      case 'batch-land':
        this.#land(event);
        break;
      case 'task-begin': {
        const counts = of(this.#tasks, event.name, TaskCounts);
        counts.begun++;
        this.#openTasks.set(event.id, { counts, since: event.at });
        break;
      }
      case 'task-end': {
        const task = taken(this.#openTasks, event.id);
        task?.counts.end(event.outcome, event.at - task.since);
        break;
      }
      case 'call-queue': {
        const counts = of(this.#pools, event.pool, CallCounts);
        counts.calls++;
        this.#queued.set(event.id, { counts, since: event.at });
        break;
      }
      case 'call-send': {
        const call = taken(this.#queued, event.id);
        call?.counts.queued.add(event.at - call.since);
        if (call) this.#running.set(event.id, { counts: call.counts, since: event.at });
        break;
      }
      case 'call-end': {
        const running = taken(this.#running, event.id);
        const call = running ?? taken(this.#queued, event.id);
        call?.counts.end(event.outcome, running && event.at - running.since);
        break;
      }
    }
  }

  error(): void {
    this.complete();
  }

  complete(): void {
    for (const open of [this.#openBatches, this.#flights, this.#openTasks, this.#queued, this.#running]) open.clear();
  }

  snapshot(): MetricsSnapshot {
    return { batches: metricsOf(this.#batches), tasks: metricsOf(this.#tasks), pools: metricsOf(this.#pools) };
  }

  #flush({ id, at, batch, keys, reason }: Extract<BatchEvent, { type: 'batch-flush' }>): void {
    const counts = of(this.#batches, batch, BatchCounts);
    const open = taken(this.#openBatches, id);
    counts.flush(reason, keys.length, open && at - open.since);
    this.#flights.set(id, { counts, since: at });
  }

  #land({ id, at, outcome, failedKeys = 0 }: Extract<BatchEvent, { type: 'batch-land' }>): void {
    const flight = taken(this.#flights, id);
    const open = taken(this.#openBatches, id);
    if (flight) flight.counts.land(outcome, { flight: at - flight.since, failedKeys });
    else if (open) open.counts.left++;
  }
}

interface Open<Counts> {
  readonly counts: Counts;
  readonly since: number;
}

function of<Counts>(all: Map<string, Counts>, name: string, Made: new () => Counts): Counts {
  let counts = all.get(name);
  if (!counts) all.set(name, (counts = new Made()));
  return counts;
}

function taken<Counts>(all: Map<number, Open<Counts>>, id: number): Open<Counts> | undefined {
  const open = all.get(id);
  all.delete(id);
  return open;
}

const metricsOf = <M>(all: ReadonlyMap<string, { readonly metrics: M }>): Readonly<Record<string, M>> =>
  Object.fromEntries(Array.from(all, ([name, counts]) => [name, counts.metrics]));
