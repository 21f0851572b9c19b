/**
 * The fleet client sends calls and settles them. A call is known here before its job is added, so that no outcome comes too
 * early. Outcomes come by the reply stream; the reconciler asks for those that the stream has missed.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { asyncScheduler } from 'rxjs';
import { AbortListeners } from '../../core/abort-listeners';
import { NotificationQueue } from '../../core/notification-queue';
import { checkString } from '../../core/option-values';
import type { AsyncValue } from '../../future/async-value';
import type { RunEnd } from '../../pool/host/call-spec';
import { Timers } from '../../pool/thread/timers';
import { CallerStacks } from '../../pool/wire/caller-stack';
import { PoolClosedError } from '../../pool/wire/pool-errors';
import type { ExternalWaitDescription } from '../../scheduler/contract';
import type { SchedulerState } from '../../scheduler/scheduler-state';
import { SharedWaits, type SharedWait } from '../../scheduler/shared-waits';
import { INLINE_BYTES } from '../redis/fleet-config';
import { Membership } from '../redis/membership';
import { RedisConnection } from '../redis/redis-connection';
import { RedisPayloadStore } from '../redis/redis-payload-store';
import { removeIdleQueue } from '../redis/remove-idle-queue';
import { parseOutcome, type OutcomeRecord } from '../wire/call-record';
import { IdempotencyConflictError } from '../wire/fleet-errors';
import type { FleetTelemetryApi } from '../wire/fleet-telemetry';
import { FleetKeys } from '../wire/fleet-keys';
import { isStored, Payloads } from '../wire/payloads';
import { encodeValue } from '../wire/value-codec';
import { CallCommands } from './call-commands';
import { CallRegistry, type RemovedBucket, type TrackedCall } from './call-registry';
import type { FleetCallHost } from './fleet-call';
import { FleetEvents } from './fleet-events';
import type { FleetPoolOptions } from './fleet-pool-config';
import type { FleetRun } from './fleet-run';
import { FleetTimes } from './fleet-times';
import { FleetWatch } from './fleet-watch';
import { JobQueue } from './job-queue';
import { Reconciler } from './reconciler';
import { ReplyReader } from './reply-reader';

/** ms that the last commands may take when the pool closes. */
const CLOSE_MS = 2_000;
/** Least ms for which the stream of replies outlives a caller. */
const REPLIES_LEASE_MS = 60_000;

export class FleetClient implements FleetCallHost {
  readonly name: string;
  readonly timers = new Timers();
  readonly abortListeners = new AbortListeners(new NotificationQueue());
  readonly callerStacks = new CallerStacks(() => this.pending);
  readonly events: FleetEvents;
  readonly payloads: Payloads;
  readonly telemetry: FleetTelemetryApi | undefined;
  readonly ended = { completed: 0, failed: 0, cancelled: 0 };
  readonly times = new FleetTimes();
  /** Number of runs without an outcome. */
  pending = 0;
  isClosed = false;
  /** Called when no run is pending. */
  readonly idleListeners = new Set<() => void>();
  /** Called after the end of a run, and after each beat, which may have found more workers. */
  readonly turnListeners = new Set<() => void>();
  readonly #id = randomBytes(9).toString('base64url');
  readonly #keys: FleetKeys;
  readonly #registry: CallRegistry;
  readonly #commands: CallCommands;
  readonly #connection: RedisConnection;
  readonly #client: Redis;
  readonly #jobs: JobQueue;
  readonly #membership: Membership;
  readonly #reader: ReplyReader;
  readonly #reconciler: Reconciler;
  readonly #waits = new SharedWaits(this);
  /** Commands whose end `close` waits for. */
  readonly #inFlight = new Set<Promise<unknown>>();
  readonly #watch: FleetWatch;
  #isTurnRequested = false;

  constructor(options: FleetPoolOptions) {
    this.name = options.name;
    this.telemetry = options.telemetry;
    const { prefix, queue, build, outcomeTtl, maxPayload, store, heartbeat } = options;
    this.events = new FleetEvents(this);
    this.#keys = new FleetKeys(prefix, queue, build);
    this.#registry = new CallRegistry(this.#id);
    this.#connection = new RedisConnection('FleetPool', options.connection, false);
    this.#client = this.#connection.open();
    const payloadStore = store ?? new RedisPayloadStore(this.#client, this.#keys);
    this.payloads = new Payloads(payloadStore, { inline: INLINE_BYTES, max: maxPayload, ttl: outcomeTtl });
    this.#commands = new CallCommands(this.#client, this.#keys, this.#id, outcomeTtl);
    const { maxBatch } = options;
    this.#jobs = new JobQueue(this.#client, this.#keys, { caller: this.#id, maxBatch, outcomeTtl });
    this.#membership = new Membership(
      this.#client,
      this.#keys.members,
      { role: 'caller', build, id: this.#id, slots: 0 },
      heartbeat,
    );
    this.#reader = new ReplyReader(this.#connection.open(), this.#client, this.#keys.replies(this.#id), {
      onOutcome: (id, outcome) => {
        const { record, runs } = this.#registry.get(id) ?? {};
        if (record && outcome.worker !== undefined) this.#jobs.onEnded(record, outcome.ms);
        for (const { createdAt } of runs ?? []) this.times.add(Date.now() - createdAt, outcome.ms);
        this.#settle(id, outcome);
      },
      onItems: (items) => {
        for (const run of [...(this.#registry.get(items.id)?.runs ?? [])]) run.receiveItems(items);
      },
      onStarted: ({ ids, worker }) => {
        const thread = this.events.numberOf(worker);
        for (const id of ids) for (const run of this.#registry.get(id)?.runs ?? []) run.onStarted(thread);
      },
    });
    this.#reconciler = new Reconciler(this.#client, this.#keys, this.#registry, {
      sendAgain: (call) => {
        this.#send(call);
      },
      settle: (id, outcome) => {
        this.#settle(id, outcome);
      },
    });
    this.#watch = new FleetWatch(this, {
      connection: this.#connection,
      membership: this.#membership,
      registry: this.#registry,
      options,
      onCheck: () => {
        this.callerStacks.startTurn();
        if (this.#connection.downMs === 0) this.#track(this.#reconciler.reconcile());
      },
    });
    this.#client.on('ready', () => {
      this.#renewReplies();
    });
    this.#renewReplies();
    this.#membership.start(() => {
      this.#onBeat();
    });
    this.#reader.start();
  }

  /** Number of calls that all workers of the build run at a time, as far as it is known. */
  get slots(): number {
    return this.#membership.workers.reduce((sum, { slots }) => sum + slots, 0);
  }

  /** Number of workers of the build that are alive. */
  get workers(): number {
    return this.#membership.workers.length;
  }

  get running(): number {
    let count = 0;
    for (const { isStarted } of this.#registry.runs()) if (isStarted) count++;
    return count;
  }

  get hasRoomForMore(): boolean {
    return this.isClosed || this.pending < Math.max(1, this.slots);
  }

  /** Calls the listeners of a turn soon, once for all requests. */
  requestTurn(): void {
    if (this.#isTurnRequested || this.turnListeners.size === 0) return;
    this.#isTurnRequested = true;
    asyncScheduler.schedule(() => {
      this.#isTurnRequested = false;
      for (const listener of [...this.turnListeners]) listener();
    });
  }

  newId(): string {
    return this.#registry.nextId();
  }

  counts(): ReturnType<JobQueue['counts']> {
    return this.#jobs.counts();
  }

  describe(): string {
    return `fleet "${this.name}" (${String(this.pending)} unfinished task(s)), whose results need the event loop`;
  }

  advance(): boolean {
    return false;
  }

  *waitDescriptions(state: SchedulerState): Generator<ExternalWaitDescription> {
    for (const run of this.#registry.runs()) if (run.isOf(state)) yield run.waitDescription;
  }

  addRun(state: SchedulerState): SharedWait {
    this.pending++;
    this.#watch.keep();
    const wait = this.#waits.of(state);
    wait.acquire();
    return wait;
  }

  submit(run: FleetRun): void {
    if (run.isOver) return;
    try {
      const { name, options, reference } = run.spec;
      const bytes = encodeValue(name, 'args', run.args);
      if (options.key) {
        const key: unknown = options.key(...(run.args as never)); // Cast: the arguments of the task are those of its key.
        checkString(`task ${name}: the result of its key`, key);
        const id = keyedId(reference.module, reference.exportName, key);
        void this.#submitKeyed(run, { id, key, bytes });
        return;
      }
      run.id ??= this.newId();
      this.#pack(this.#registry.add(run.id, run, 'own'), run, bytes);
    } catch (error) {
      run.fail(error);
    }
  }

  /** Waits for the outcome of a call of any process. */
  attach(run: FleetRun, id: string): void {
    run.id = id;
    const isKnown = this.#registry.get(id) !== undefined;
    this.#registry.add(id, run, 'attached');
    if (isKnown) return;
    this.#track(
      this.#commands.attach(id),
      (text) => {
        const outcome = parseOutcome(text);
        if (outcome) this.#settle(id, outcome);
        else run.knownAt = 0;
      },
      run,
    );
  }

  /** Cancels a call of any process. Resolves to whether the call had no outcome before. */
  async cancel(id: string, reason: unknown): Promise<boolean> {
    return this.#cancelInRedis(id, reason, false);
  }

  onRunEnded(run: FleetRun, how: RunEnd, cancellation?: { readonly reason: unknown }): void {
    this.ended[how]++;
    const call = this.#registry.remove(run);
    if (call && call.kind !== 'attached') {
      void this.payloads.discard(call.record?.args);
      if (run.granted > 0) this.#track(this.#commands.removeCredit(call.id));
      if (cancellation && !(call.record && this.#jobs.takeBack(call.id)))
        this.#track(this.#cancelInRedis(call.id, cancellation.reason, call.kind === 'keyed'));
    }
    if (--this.pending === 0) {
      this.#watch.keep();
      for (const listener of [...this.idleListeners]) listener();
    }
    this.requestTurn();
  }

  whenReady(): AsyncValue<void> {
    return this.#watch.whenReady();
  }

  grant(run: FleetRun, total: number): void {
    const { id = '' } = run;
    this.#track(this.#commands.grant(id, total, this.#membership.leaseMs));
  }

  /** Fails all runs. */
  closeByForce(): void {
    for (const run of [...this.#registry.runs()])
      run.evict(new PoolClosedError(this.name, run.name, { isStopped: true }));
  }

  /** Removes what this process has left in Redis, and ends the connections. Takes a bounded time, also while Redis is away. */
  async shutDown(): Promise<void> {
    this.#reader.stop();
    const deadline = new Promise<void>((timedOut) => setTimeout(timedOut, CLOSE_MS).unref());
    if (this.#connection.downMs === 0) await Promise.race([this.#removeTraces().catch(() => undefined), deadline]);
    this.#membership.stop();
    await Promise.race([this.#jobs.close().catch(() => undefined), deadline]);
    await this.#connection.close();
    this.events.complete();
  }

  async #removeTraces(): Promise<void> {
    await Promise.allSettled(this.#inFlight);
    const left = await this.#membership.leave();
    await this.#commands.removeReplies();
    await this.#removeBuckets(this.#registry.takeAllBuckets());
    if (!left.some(({ build }) => build === this.#keys.build)) await removeIdleQueue(this.#client, this.#keys);
  }

  async #removeBuckets(buckets: readonly RemovedBucket[]): Promise<void> {
    await Promise.all(buckets.flatMap(({ payloads }) => payloads.map((payload) => this.payloads.discard(payload))));
    await this.#commands.removeOutcomes(buckets.map(({ bucket }) => bucket));
  }

  /** Hands an outcome to its call. A result in the store stays there as long as the outcome, for processes that attach. */
  #settle(id: string, outcome: OutcomeRecord): void {
    if (this.#registry.get(id)?.kind === 'own' && outcome.payload !== undefined && isStored(outcome.payload))
      this.#registry.addPayload(id, outcome.payload);
    this.#registry.settle(id, outcome);
  }

  async #submitKeyed(
    run: FleetRun,
    { id, key, bytes }: { readonly id: string; readonly key: string; readonly bytes: Buffer },
  ): Promise<void> {
    run.id = id;
    const known = this.#registry.get(id);
    const call = this.#registry.add(id, run, 'keyed');
    try {
      const hash = createHash('sha256').update(bytes).digest('base64url');
      const found = await this.#commands.join(id, hash);
      if (run.isOver) return;
      if (found === 'conflict') throw new IdempotencyConflictError(run.name, key);
      const outcome = parseOutcome(found);
      if (outcome) this.#settle(id, outcome);
      else if (!known?.record) this.#pack(call, run, bytes);
    } catch (error) {
      // The other runs of the call are not concerned, and the call is not cancelled.
      run.fail(error instanceof IdempotencyConflictError ? error : this.#connection.toError(error));
    }
  }

  #pack(call: TrackedCall, run: FleetRun, bytes: Buffer): void {
    const packed = this.payloads.pack(bytes, { task: run.name, subject: 'arguments', name: `${call.id}:args` });
    const { module, exportName } = run.spec.reference;
    const sendWith = (args: string): void => {
      if (run.isOver && call.runs.size === 0) return;
      const { trace } = run;
      call.record = { id: call.id, module, exportName, task: run.name, args, ...(trace ? { trace } : {}) };
      this.#send(call);
    };
    if (typeof packed === 'string') sendWith(packed);
    else this.#track(packed, sendWith, run);
  }

  #send(call: TrackedCall): void {
    const [run] = call.runs;
    if (!run || !call.record) return;
    run.knownAt = Date.now();
    this.#jobs.add(
      {
        record: call.record,
        options: run.spec.options,
        onRefused: (error) => {
          const refusal = this.#connection.toError(error);
          for (const each of [...call.runs]) each.evict(refusal);
        },
      },
      () => this.pending / Math.max(1, this.slots),
    );
  }

  async #cancelInRedis(id: string, reason: unknown, isShared: boolean): Promise<boolean> {
    const isCancelled = await this.#commands.cancel(id, reason, isShared);
    // A job that has started is locked by its worker, which has the message.
    if (isCancelled) await this.#jobs.remove(id).catch(() => undefined);
    return isCancelled;
  }

  #renewReplies(): void {
    this.#track(this.#commands.renewReplies(Math.max(REPLIES_LEASE_MS, this.#membership.leaseMs)));
  }

  /** Follows a command to its end. Its failure fails the run that needs it. */
  #track<T>(command: Promise<T>, then?: (result: T) => void, run?: FleetRun): void {
    const done = command.then(then, (error: unknown) => run?.fail(this.#connection.toError(error)));
    this.#inFlight.add(done);
    void done.finally(() => this.#inFlight.delete(done));
  }

  #onBeat(): void {
    this.events.onMembers(this.#membership.workers);
    this.#renewReplies();
    this.#renewStreams();
    const expired = this.#registry.takeExpiredBuckets(Date.now());
    if (expired.length > 0) this.#track(this.#removeBuckets(expired));
    this.times.setSlots(this.slots);
    this.#watch.onBeat();
    this.requestTurn();
  }

  #renewStreams(): void {
    for (const { id = '', granted } of this.#registry.runs())
      if (granted > 0) this.#track(this.#commands.renewCredit(id, granted, this.#membership.leaseMs));
  }
}

/** The id of a call with an idempotency key. Keys of users may be any text. */
const keyedId = (module: string, exportName: string, key: string): string =>
  `key-${createHash('sha256')
    .update(JSON.stringify([module, exportName, key]))
    .digest('base64url')}.0`;
