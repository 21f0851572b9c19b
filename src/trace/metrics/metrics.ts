/**
 * Metrics of a trace: counts, sizes and durations by batch function, task and pool. Only counters and the start times of
 * open spans are kept, so an observer may stay subscribed for as long as the process lives.
 */
import type { Observer } from 'rxjs';
import { BatchCounts, type BatchMetrics } from './batch-counts';
import { CallCounts, type CallMetrics } from './call-counts';
import { TaskCounts, type TaskMetrics } from './task-counts';
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
  /** The current numbers as plain data. */
  snapshot(): MetricsSnapshot;
}

/**
 * An observer that counts what a trace reports, by name of the batch function, task or pool.
 *
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
  /** Open spans by id, with the counters they belong to. */
  readonly #openBatches = new Map<number, OpenEntry<BatchCounts>>();
  readonly #flights = new Map<number, OpenEntry<BatchCounts>>();
  readonly #openTasks = new Map<number, OpenEntry<TaskCounts>>();
  readonly #queued = new Map<number, OpenEntry<CallCounts>>();
  readonly #running = new Map<number, OpenEntry<CallCounts>>();

  next(event: TraceEvent): void {
    switch (event.type) {
      case 'batch-open':
        this.#openBatches.set(event.id, { counts: countsOf(this.#batches, event.batch, BatchCounts), since: event.at });
        break;
      case 'batch-ask':
        this.#openBatches.get(event.id)?.counts.ask(event.isNew);
        // The cache has the key, and its flight is under way.
        this.#flights.get(event.id)?.counts.recall();
        break;
      case 'batch-recall':
        countsOf(this.#batches, event.batch, BatchCounts).recall();
        break;
      case 'batch-flush':
        this.#flush(event);
        break;
      case 'batch-land':
        this.#land(event);
        break;
      case 'task-begin': {
        const counts = countsOf(this.#tasks, event.name, TaskCounts);
        counts.begun++;
        this.#openTasks.set(event.id, { counts, since: event.at });
        break;
      }
      case 'task-end': {
        const task = takeOpen(this.#openTasks, event.id);
        task?.counts.end(event.outcome, event.at - task.since);
        break;
      }
      case 'call-queue': {
        const counts = countsOf(this.#pools, event.pool, CallCounts);
        counts.calls++;
        this.#queued.set(event.id, { counts, since: event.at });
        break;
      }
      case 'call-send': {
        const call = takeOpen(this.#queued, event.id);
        call?.counts.queued.add(event.at - call.since);
        if (call) this.#running.set(event.id, { counts: call.counts, since: event.at });
        break;
      }
      case 'call-end': {
        const running = takeOpen(this.#running, event.id);
        const call = running ?? takeOpen(this.#queued, event.id);
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
    const counts = countsOf(this.#batches, batch, BatchCounts);
    const open = takeOpen(this.#openBatches, id);
    counts.flush(reason, keys.length, open && at - open.since);
    this.#flights.set(id, { counts, since: at });
  }

  #land({ id, at, outcome, failedKeys = 0 }: Extract<BatchEvent, { type: 'batch-land' }>): void {
    const flight = takeOpen(this.#flights, id);
    const open = takeOpen(this.#openBatches, id);
    if (flight) flight.counts.land(outcome, { flight: at - flight.since, failedKeys });
    else if (open) open.counts.left++;
  }
}

interface OpenEntry<Counts> {
  readonly counts: Counts;
  readonly since: number;
}

function countsOf<Counts>(byName: Map<string, Counts>, name: string, CountsClass: new () => Counts): Counts {
  let counts = byName.get(name);
  if (!counts) byName.set(name, (counts = new CountsClass()));
  return counts;
}

function takeOpen<Counts>(entries: Map<number, OpenEntry<Counts>>, id: number): OpenEntry<Counts> | undefined {
  const open = entries.get(id);
  entries.delete(id);
  return open;
}

const metricsOf = <M>(byName: ReadonlyMap<string, { readonly metrics: M }>): Readonly<Record<string, M>> =>
  Object.fromEntries(Array.from(byName, ([name, counts]) => [name, counts.metrics]));
