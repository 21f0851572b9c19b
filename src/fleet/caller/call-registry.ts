/**
 * The call registry holds the calls of this process that have no outcome, by id, and the buckets in Redis with the outcomes
 * of its calls. A full bucket whose calls have all been settled is kept for a minute, for processes that attach to them.
 */
import type { CallRecord, OutcomeRecord } from '../wire/call-record';
import { BUCKET_SIZE, splitCallId } from '../wire/fleet-keys';
import type { FleetRun } from './fleet-run';

/** ms for which the outcomes of settled calls are kept. */
const SETTLED_TTL_MS = 60_000;

/** A call of this process, or of another one that it has attached to. */
export interface TrackedCall {
  readonly id: string;
  /** The runs that wait for the outcome: several for calls with one idempotency key. */
  readonly runs: Set<FleetRun>;
  readonly kind: 'own' | 'keyed' | 'attached';
  /** What is sent again if Redis loses the job; undefined until it is sent for the first time. */
  record: CallRecord | undefined;
  /** Whether the call was unknown when its state was last asked for. */
  wasUnknown: boolean;
}

export interface RemovedBucket {
  readonly bucket: string;
  readonly payloads: readonly string[];
}

export class CallRegistry {
  readonly #calls = new Map<string, TrackedCall>();
  /** Buckets by the number of their calls without an outcome. */
  readonly #buckets = new Map<string, number>();
  /** Buckets to be removed, oldest first, with the time of their removal. */
  readonly #settledBuckets: { readonly bucket: string; readonly removeAt: number }[] = [];
  readonly #payloads = new Map<string, readonly string[]>();
  #lastSequence = 0;

  constructor(private readonly caller: string) {}

  get size(): number {
    return this.#calls.size;
  }

  /** A new id. Calls in a row share a bucket. */
  nextId(): string {
    const sequence = this.#lastSequence++;
    const bucket = `${this.caller}-${Math.floor(sequence / BUCKET_SIZE).toString(36)}`;
    return `${bucket}.${String(sequence % BUCKET_SIZE)}`;
  }

  get(id: string): TrackedCall | undefined {
    return this.#calls.get(id);
  }

  /** Tracks a run, together with other runs of the same call. */
  add(id: string, run: FleetRun, kind: TrackedCall['kind']): TrackedCall {
    let call = this.#calls.get(id);
    if (!call) {
      call = { id, runs: new Set(), kind, record: undefined, wasUnknown: false };
      this.#calls.set(id, call);
      if (kind === 'own') this.#countUnsettled(id, 1);
    }
    run.receivesItems = kind === 'own';
    call.runs.add(run);
    return call;
  }

  /** Removes a run. Returns the call if no other run waits for its outcome. */
  remove(run: FleetRun): TrackedCall | undefined {
    const call = run.id === undefined ? undefined : this.#calls.get(run.id);
    if (!call?.runs.delete(run) || call.runs.size > 0) return undefined;
    this.#calls.delete(call.id);
    if (call.kind === 'own') this.#countUnsettled(call.id, -1);
    return call;
  }

  /** Hands an outcome to all runs of the call. An outcome that comes again finds none. */
  settle(id: string, outcome: OutcomeRecord): void {
    for (const run of [...(this.#calls.get(id)?.runs ?? [])]) run.receiveOutcome(outcome);
  }

  *runs(): Generator<FleetRun> {
    for (const { runs } of this.#calls.values()) yield* runs;
  }

  calls(): TrackedCall[] {
    return [...this.#calls.values()];
  }

  /** Notes a result in the store of large payloads, which is removed with the bucket of its call. */
  addPayload(id: string, payload: string): void {
    const [bucket] = splitCallId(id);
    this.#payloads.set(bucket, [...(this.#payloads.get(bucket) ?? []), payload]);
  }

  /** Takes the buckets whose time is over. */
  takeExpiredBuckets(now: number): RemovedBucket[] {
    const count = this.#settledBuckets.findIndex(({ removeAt }) => removeAt > now);
    const expired = this.#settledBuckets.splice(0, count < 0 ? this.#settledBuckets.length : count);
    return expired.map(({ bucket }) => this.#removed(bucket));
  }

  /** Takes all buckets of this process. */
  takeAllBuckets(): RemovedBucket[] {
    const buckets = [...this.#buckets.keys(), ...this.#settledBuckets.map(({ bucket }) => bucket)];
    this.#buckets.clear();
    this.#settledBuckets.length = 0;
    return buckets.map((bucket) => this.#removed(bucket));
  }

  #removed(bucket: string): RemovedBucket {
    const payloads = this.#payloads.get(bucket) ?? [];
    this.#payloads.delete(bucket);
    return { bucket, payloads };
  }

  #countUnsettled(id: string, change: 1 | -1): void {
    const [bucket, field] = splitCallId(id);
    const count = (this.#buckets.get(bucket) ?? 0) + change;
    this.#buckets.set(bucket, count);
    const isFull =
      Number(field) === BUCKET_SIZE - 1 ||
      Math.floor(this.#lastSequence / BUCKET_SIZE).toString(36) !== bucket.slice(this.caller.length + 1);
    if (count > 0 || !isFull) return;
    this.#buckets.delete(bucket);
    this.#settledBuckets.push({ bucket, removeAt: Date.now() + SETTLED_TTL_MS });
  }
}
