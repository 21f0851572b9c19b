/**
 * The job queue sends calls as jobs of BullMQ. Calls of one turn go to Redis together. Those of a function that is known to be
 * quick share a job: a round trip for each would cost more than they do.
 */
import { Queue, type JobsOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import { BATCHED, jobRecord, type CallRecord } from '../wire/call-record';
import { splitCallId, type FleetKeys } from '../wire/fleet-keys';
import type { FleetTaskOptions } from './fleet-pool-config';

/** ms that a job should take: longer ones keep other workers idle, shorter ones cost more than they do. */
const TARGET_MS = 50;
/** The weight of the last call in the average duration. The first calls are long, because threads load the module. */
const SMOOTHING = 0.2;
const SMOOTHING_OF_SHORTER = 0.6;
/** BullMQ starts jobs with a lower number first; its own limit is twice this. */
const BASE_PRIORITY = 1_048_576;

export interface QueuedCall {
  readonly record: CallRecord;
  readonly options: FleetTaskOptions;
  /** Called when Redis has not accepted the job. */
  onRefused(error: unknown): void;
}

export interface JobQueueOptions {
  readonly caller: string;
  readonly maxBatch: number;
  /** ms that failed jobs and outcomes are kept. */
  readonly outcomeTtl: number;
}

export class JobQueue {
  readonly #queue: Queue;
  /** Calls that wait for the end of the turn. */
  #calls: QueuedCall[] = [];
  readonly #durations = new Map<string, number>();

  constructor(
    private readonly client: Redis,
    private readonly keys: FleetKeys,
    private readonly options: JobQueueOptions,
  ) {
    this.#queue = new Queue(keys.build, { connection: client, prefix: keys.prefix });
    // The connection has the error, too; without a listener BullMQ prints it with the password of the connection.
    this.#queue.on('error', () => undefined);
  }

  /** @param callsPerSlot returns the number of pending calls for each slot of a worker */
  add(call: QueuedCall, callsPerSlot: () => number): void {
    this.#calls.push(call);
    if (this.#calls.length === 1) queueMicrotask(() => this.#flush(callsPerSlot()));
  }

  /** Takes back a call that was not sent yet. Returns whether there was one. */
  takeBack(id: string): boolean {
    const index = this.#calls.findIndex(({ record }) => record.id === id);
    if (index >= 0) this.#calls.splice(index, 1);
    return index >= 0;
  }

  /** Learns the duration of a function from a run. */
  onEnded({ module, exportName }: Pick<CallRecord, 'module' | 'exportName'>, ms: number): void {
    const key = `${module}#${exportName}`;
    const average = this.#durations.get(key) ?? ms;
    this.#durations.set(key, average + (ms < average ? SMOOTHING_OF_SHORTER : SMOOTHING) * (ms - average));
  }

  /** Removes a call that waits in a job of its own. */
  async remove(id: string): Promise<void> {
    await this.#queue.remove(id);
  }

  /** Number of jobs of the build that wait, run or are delayed, of all callers. */
  async counts(): Promise<{ readonly waiting: number; readonly running: number; readonly delayed: number }> {
    const { wait = 0, prioritized = 0, paused = 0, active = 0, delayed = 0 } = await this.#queue.getJobCounts();
    return { waiting: wait + prioritized + paused, running: active, delayed };
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }

  #flush(callsPerSlot: number): void {
    const batches = this.#batchesOf(this.#calls, callsPerSlot);
    this.#calls = [];
    const marks = this.client.pipeline();
    const jobs = batches.map((batch) => {
      const [first] = batch as [QueuedCall]; // Cast: a batch has a call at least.
      const records = batch.map(({ record }) => record);
      const jobId = batch.length === 1 ? first.record.id : `${first.record.id}-${String(batch.length)}`;
      if (batch.length > 1) this.#markBatched(marks, records, jobId);
      return {
        name: first.record.task,
        data: jobRecord(this.options.caller, records),
        opts: this.#jobOptions(jobId, first.options),
      };
    });
    if (marks.length > 0) void marks.exec().catch(() => undefined);
    this.#queue.addBulk(jobs).catch((error: unknown) => {
      for (const call of batches.flat()) call.onRefused(error);
    });
  }

  #batchesOf(calls: readonly QueuedCall[], callsPerSlot: number): QueuedCall[][] {
    const batches: QueuedCall[][] = [];
    const open = new Map<string, QueuedCall[]>();
    for (const call of calls) {
      const size = Math.min(this.#batchSize(call), Math.ceil(callsPerSlot));
      const { module, exportName } = call.record;
      const key = `${module}#${exportName}`;
      let batch = size > 1 ? open.get(key) : undefined;
      if (!batch || batch.length >= size) {
        batches.push((batch = []));
        if (size > 1) open.set(key, batch);
      }
      batch.push(call);
    }
    return batches;
  }

  /** Calls with options of their own are jobs of their own, as are calls of a function whose duration is not known. */
  #batchSize({ record: { module, exportName }, options: { attempts, delay, priority, key } }: QueuedCall): number {
    const ms = this.#durations.get(`${module}#${exportName}`);
    if (ms === undefined || attempts > 1 || delay > 0 || priority !== 0 || key) return 1;
    return Math.max(1, Math.min(this.options.maxBatch, Math.floor(TARGET_MS / Math.max(ms, 0.01))));
  }

  /** Notes the job of each call, so that its state can be asked for by the id of the call. */
  #markBatched(pipeline: ReturnType<Redis['pipeline']>, records: readonly CallRecord[], jobId: string): void {
    const buckets = new Map<string, string[]>();
    for (const { id } of records) {
      const [bucket, field] = splitCallId(id);
      const fields = buckets.get(bucket) ?? [];
      buckets.set(bucket, fields);
      fields.push(field, BATCHED + jobId);
    }
    for (const [bucket, fields] of buckets) {
      pipeline.hset(this.keys.outcomes(bucket), ...fields);
      pipeline.pexpire(this.keys.outcomes(bucket), this.options.outcomeTtl);
    }
  }

  #jobOptions(jobId: string, { attempts, backoff, delay, priority }: FleetTaskOptions): JobsOptions {
    return {
      jobId,
      attempts,
      ...(attempts > 1 && backoff.delay > 0 ? { backoff: { ...backoff } } : {}),
      ...(delay > 0 ? { delay } : {}),
      priority: BASE_PRIORITY - priority,
      removeOnComplete: true,
      removeOnFail: { age: Math.ceil(this.options.outcomeTtl / 1_000) },
      stackTraceLimit: 0,
    };
  }
}
