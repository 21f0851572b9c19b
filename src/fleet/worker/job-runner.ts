/**
 * The job runner runs the calls of a job on threads. A call that has an outcome already is not run: its job has come back from
 * a dead worker, or its caller has cancelled it. A job ends when all of its outcomes are stored.
 */
import { WaitingError, type Job, type Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { TaskPool } from '../../pool/api/task-pool';
import type { PoolTask } from '../../pool/api/worker-pool-base';
import { ModuleLoadError, TransferError } from '../../pool/wire/pool-errors';
import {
  checkedJob,
  ITEMS_FIELD,
  jobRecord,
  outcomeText,
  parseOutcome,
  STARTED_FIELD,
  type CallRecord,
  type ItemsRecord,
  type JobRecord,
  type OutcomeRecord,
  type StartedRecord,
} from '../wire/call-record';
import { FunctionNotAllowedError, PayloadTooLargeError, StalledCallError } from '../wire/fleet-errors';
import { withinSpan, type FleetTelemetryApi } from '../wire/fleet-telemetry';
import { splitCallId, type FleetKeys } from '../wire/fleet-keys';
import { inlinePayload, type Payloads } from '../wire/payloads';
import { decodeValue, encodeError, encodeValue } from '../wire/value-codec';
import type { ModuleAllowList } from './module-allow-list';
import type { OutcomeWriter } from './outcome-writer';
import { CREDIT_POLL_MS, RunningCall, type CallResult } from './running-call';

export interface JobRunnerOptions {
  /** The id of the worker. */
  readonly worker: string;
  /** ms after which a caller without a sign of life is dead. */
  readonly leaseMs: number;
  readonly queue: string;
  readonly telemetry: FleetTelemetryApi | undefined;
}

/** What a runner works with. */
export interface JobRunnerParts {
  readonly client: Redis;
  readonly keys: FleetKeys;
  readonly queue: Queue;
  readonly pool: TaskPool;
  readonly payloads: Payloads;
  readonly writer: OutcomeWriter;
  readonly allowList: ModuleAllowList;
}

interface RunningJob {
  readonly calls: readonly RunningCall[];
  /** Whether the job goes back into the queue when its calls have stopped. */
  isPutBack: boolean;
}

/** Failures that a further run would have again. */
const FINAL_ERRORS = [FunctionNotAllowedError, ModuleLoadError, TransferError, PayloadTooLargeError];

/** Tells the engine to run a job again. The failure itself is not stored with the job, where anyone could read it. */
class RetryError extends Error {}

export class JobRunner {
  readonly #parts: JobRunnerParts;
  readonly #options: JobRunnerOptions;
  readonly #jobs = new Map<string, RunningJob>();
  readonly #calls = new Map<string, RunningCall>();
  readonly #tasks = new Map<string, PoolTask<unknown[], unknown>>();
  #runs = 0;

  constructor(parts: JobRunnerParts, options: JobRunnerOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /** Number of calls that run. */
  get running(): number {
    return this.#calls.size;
  }

  /** The processor of the engine. */
  async process(job: Job, token = ''): Promise<void> {
    const { id: jobId = '' } = job;
    const record = checkedJob(job.data);
    const calls = record.calls.map(({ id }) => this.#runningCall(record.caller, id));
    const running: RunningJob = { calls, isPutBack: false };
    this.#jobs.set(jobId, running);
    for (const call of calls) this.#calls.set(call.id, call);
    try {
      const open = await this.#begin(record);
      if (record.calls.length > 1 && job.stalledCounter > 0) await this.#split(job, record, open);
      else await this.#runAll(job, record, open);
    } finally {
      this.#jobs.delete(jobId);
      for (const call of calls) this.#calls.delete(call.id);
    }
    if (!running.isPutBack) return;
    await job.moveToWait(token);
    throw new WaitingError();
  }

  /**
   * Stops a call that its caller has cancelled.
   *
   * @param reason the encoded reason
   */
  cancel(id: string, reason: string): void {
    const call = this.#calls.get(id);
    if (!call) return;
    const bytes = this.#parts.payloads.unpack(reason);
    call.stop(bytes instanceof Promise ? undefined : decodeValue(bytes));
  }

  grant(id: string, total: number): void {
    this.#calls.get(id)?.grant(total);
  }

  /** Stops a job whose lock is lost: another worker runs it, or will run it. */
  abandon(jobId: string): void {
    for (const call of this.#jobs.get(jobId)?.calls ?? []) call.stop('The lock of its job is lost.');
  }

  /** Stops all jobs and puts them back into the queue. */
  putBack(): void {
    for (const job of this.#jobs.values()) {
      job.isPutBack = true;
      for (const call of job.calls) call.stop('Its worker is closed; the call goes back into the queue.');
    }
  }

  /** Sends the outcome of a job that the engine has given up without a run. */
  async onJobFailed(job: Job, error: Error): Promise<void> {
    if (error instanceof RetryError || !job.finishedOn) return;
    const record = checkedJob(job.data);
    const failed = await this.#open(record);
    await Promise.all(
      failed.map((call) => {
        const payload = inlinePayload(
          encodeError(new StalledCallError(call.task, Math.max(1, job.attemptsStarted - 1))),
        );
        return this.#write(record.caller, call.id, { kind: 'error', payload, ms: 0, worker: this.#options.worker });
      }),
    );
    await job.remove();
  }

  #runningCall(caller: string, id: string): RunningCall {
    const { client, keys, payloads } = this.#parts;
    const run = `${this.#options.worker}-${String(++this.#runs)}`;
    const send = async (items: readonly unknown[], index: number): Promise<void> => {
      const name = `${id}:items:${run}:${String(index)}`;
      const packed = payloads.pack(encodeValue(id, 'items', items), { task: id, subject: 'items', name });
      const entry: ItemsRecord = { id, run, index, payload: typeof packed === 'string' ? packed : await packed };
      await client.xadd(keys.replies(caller), 'NOMKSTREAM', '*', ITEMS_FIELD, JSON.stringify(entry));
    };
    // One entry after the other, also where the store takes longer for one of them.
    let last = Promise.resolve();
    const outlet = {
      sendItems: (items: readonly unknown[], index: number): Promise<void> =>
        (last = last.then(() => send(items, index))),
      readCredit: async () => {
        const total = await client.get(keys.credit(id));
        return total === null ? undefined : Number(total);
      },
    };
    return new RunningCall(id, outlet, Math.ceil(this.#options.leaseMs / CREDIT_POLL_MS));
  }

  /** Reports the start, and returns the calls that are to be run. The outcomes of the others are sent again. */
  async #begin(record: JobRecord): Promise<readonly CallRecord[]> {
    const started: StartedRecord = { ids: record.calls.map(({ id }) => id), worker: this.#options.worker };
    const { client, keys } = this.#parts;
    client
      .xadd(keys.replies(record.caller), 'NOMKSTREAM', '*', STARTED_FIELD, JSON.stringify(started))
      .catch(() => undefined);
    return this.#open(record);
  }

  /** The calls without an outcome. */
  async #open({ caller, calls }: JobRecord): Promise<readonly CallRecord[]> {
    const { client, keys, writer } = this.#parts;
    const buckets = new Map<string, CallRecord[]>();
    for (const call of calls) {
      const [bucket] = splitCallId(call.id);
      buckets.set(bucket, [...(buckets.get(bucket) ?? []), call]);
    }
    const open: CallRecord[] = [];
    for (const [bucket, members] of buckets) {
      const texts = await client.hmget(keys.outcomes(bucket), ...members.map(({ id }) => splitCallId(id)[1]));
      for (const [index, call] of members.entries()) {
        const text = texts[index];
        if (!text || !parseOutcome(text)) open.push(call);
        else await writer.write(caller, call.id, text);
      }
    }
    return open;
  }

  /** One call of the batch may have ended its worker: each becomes a job of its own, so that it takes no other call with it. */
  async #split(job: Job, { caller }: JobRecord, open: readonly CallRecord[]): Promise<void> {
    const { removeOnComplete, removeOnFail, priority } = job.opts;
    const opts = {
      removeOnComplete: removeOnComplete ?? true,
      removeOnFail: removeOnFail ?? true,
      priority: priority ?? 0,
    };
    await this.#parts.queue.addBulk(
      open.map((call) => ({ name: call.task, data: jobRecord(caller, [call]), opts: { ...opts, jobId: call.id } })),
    );
  }

  async #runAll(job: Job, record: JobRecord, open: readonly CallRecord[]): Promise<void> {
    const startedAt = performance.now();
    const share = (): number =>
      ((performance.now() - startedAt) * Math.min(this.#parts.pool.size, open.length)) / open.length;
    const isLastAttempt = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
    await Promise.all(open.map((call) => this.#runCall(call, { record, isLastAttempt, share })));
  }

  async #runCall(
    record: CallRecord,
    {
      record: { caller },
      isLastAttempt,
      share,
    }: { readonly record: JobRecord; readonly isLastAttempt: boolean; readonly share: () => number },
  ): Promise<void> {
    const call = this.#calls.get(record.id);
    if (!call || call.isStopped) return;
    const { telemetry, queue } = this.#options;
    const span = { task: record.task, id: record.id, queue, trace: record.trace };
    const result = await withinSpan(telemetry, span, () => this.#resultOf(record, call));
    if (!result) return;
    const { kind, items, value, hasValue } = result;
    if (kind === 'error' && !isLastAttempt && !isFinal(value)) throw new RetryError(codeOfError(value));
    const end = { kind, ms: share(), worker: this.#options.worker, ...(items === undefined ? {} : { items }) };
    if (!hasValue) return this.#write(caller, record.id, end);
    const packed = await this.#pack(record, kind, value);
    if ('payload' in packed) return this.#write(caller, record.id, { ...end, payload: packed.payload });
    return this.#write(caller, record.id, { ...end, kind: 'error', payload: inlinePayload(encodeError(packed.error)) });
  }

  /** The result of a run; a function that cannot be run fails like one that throws. */
  async #resultOf(record: CallRecord, call: RunningCall): Promise<CallResult | undefined> {
    try {
      const task = this.#taskOf(record);
      const args = decodeValue(await this.#parts.payloads.unpack(record.args)) as readonly unknown[];
      return await call.run(task(...args));
    } catch (value) {
      return { kind: 'error', value, hasValue: true };
    }
  }

  async #pack(
    record: CallRecord,
    kind: string,
    value: unknown,
  ): Promise<{ readonly payload: string } | { readonly error: unknown }> {
    try {
      const bytes = kind === 'error' ? encodeError(value) : encodeValue(record.task, 'result', value);
      const payload = this.#parts.payloads.pack(bytes, {
        task: record.task,
        subject: 'result',
        name: `${record.id}:result`,
      });
      return { payload: await payload };
    } catch (error) {
      return { error };
    }
  }

  #taskOf({ module, exportName, task: name }: CallRecord): PoolTask<unknown[], unknown> {
    const key = JSON.stringify([module, exportName, name]);
    let task = this.#tasks.get(key);
    if (!task) {
      const reference = this.#parts.allowList.resolve(module, exportName);
      this.#tasks.set(key, (task = this.#parts.pool.task<unknown[], unknown>(reference, { name })));
    }
    return task;
  }

  #write(caller: string, id: string, outcome: OutcomeRecord): Promise<void> {
    return this.#parts.writer.write(caller, id, outcomeText(outcome));
  }
}

const isFinal = (error: unknown): boolean => FINAL_ERRORS.some((Class) => error instanceof Class);

/** What the engine may store of a failure. */
function codeOfError(error: unknown): string {
  const { code, name } = Object(error) as { readonly code?: unknown; readonly name?: unknown };
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'failed';
}
