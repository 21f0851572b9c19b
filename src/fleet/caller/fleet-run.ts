/** A fleet run is one execution of a call: from its arguments, through Redis, to its one outcome. Later outcomes are dropped. */
import type { Abortable, AbortListeners } from '../../core/abort-listeners';
import type { CapturedStack } from '../../core/call-site';
import { CancelledError, TaskTimeoutError } from '../../core/errors';
import { failure, success, type Settlement } from '../../core/outcome';
import { deliverOutcome, type Canceller, type Execution } from '../../future/execution';
import { emptyError } from '../../future/external-input';
import type { StreamSink } from '../../pool/host/stream-sink';
import type { RunEnd } from '../../pool/host/call-spec';
import type { Timer, Timers } from '../../pool/thread/timers';
import type { BatchScheduler } from '../../scheduler/batch-scheduler';
import type { ExternalWaitDescription } from '../../scheduler/contract';
import { instrumentation, type EndOutcome } from '../../scheduler/instrumentation';
import type { SchedulerState } from '../../scheduler/scheduler-state';
import type { SharedWait } from '../../scheduler/shared-waits';
import type { ItemsRecord, OutcomeRecord } from '../wire/call-record';
import { StreamInterruptedError } from '../wire/fleet-errors';
import { injectContext, type FleetTelemetryApi } from '../wire/fleet-telemetry';
import type { Payloads } from '../wire/payloads';
import { STREAM_WINDOW } from '../wire/stream-window';
import { decodeError, decodeValue } from '../wire/value-codec';
import type { FleetTaskOptions } from './fleet-pool-config';
import type { ModuleReference } from './module-reference';

/** What a run needs of its pool. */
export interface FleetRunHost {
  readonly name: string;
  readonly timers: Timers;
  readonly abortListeners: AbortListeners;
  readonly payloads: Payloads;
  readonly telemetry: FleetTelemetryApi | undefined;
  /** Counts a new run, until `onRunEnded`. The returned wait is acquired for it. */
  addRun(state: SchedulerState): SharedWait;
  /** Called once for each run. A run that has no outcome in Redis is cancelled there. */
  onRunEnded(run: FleetRun, how: RunEnd, cancellation?: { readonly reason: unknown }): void;
  /** Allows the worker of a stream to send items up to this number in all. */
  grant(run: FleetRun, total: number): void;
}

export interface FleetRunSpec {
  readonly host: FleetRunHost;
  readonly name: string;
  readonly reference: ModuleReference;
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  readonly options: FleetTaskOptions;
}

export interface FleetRunConsumer {
  readonly sink: StreamSink<never>;
  readonly scheduler: BatchScheduler;
  readonly callerStack: CapturedStack | undefined;
  /** The id of a call that was started by `do`, which has one run. A cold call has a new run with each subscription. */
  readonly id: string | undefined;
}

export class FleetRun implements Execution, Abortable {
  isOver = false;
  /** Called once, when the run has its outcome. */
  onOver: (() => void) | undefined;
  args: readonly unknown[] = [];
  /** The id of the call in Redis; undefined until the run is submitted. */
  id: string | undefined;
  readonly createdAt = Date.now();
  /** The context of the caller's trace. */
  readonly trace: Readonly<Record<string, string>> | undefined;
  /** When the state of the call was last known, by `Date.now()`. */
  knownAt = this.createdAt;
  /** The number of items granted in all; 0 for what is not known to be a stream. */
  granted = 0;
  /** Whether the items of a stream come here, and not only the last one. */
  receivesItems = true;
  /** Whether a worker has reported the start. */
  isStarted = false;
  readonly #sink: StreamSink<unknown>;
  readonly #scheduler: BatchScheduler;
  readonly #callerStack: CapturedStack | undefined;
  readonly #wait: SharedWait;
  #timeout: Timer | undefined;
  #received = 0;
  #consumed = 0;
  #last: { readonly value: unknown } | undefined;
  /** The run of the stream on a worker. */
  #streamRun: string | undefined;
  /** Payloads that are read from a store arrive in order. */
  #reading: Promise<void> | undefined;
  #hasValue = false;

  constructor(
    readonly spec: FleetRunSpec,
    { sink, scheduler, callerStack, id }: FleetRunConsumer,
  ) {
    this.id = id;
    this.#sink = sink; // Cast: the items are a `T`, because the type of the function guarantees it.
    this.#scheduler = scheduler;
    this.#callerStack = callerStack;
    const { host, timeout, signal } = spec;
    this.trace = injectContext(host.telemetry);
    this.#wait = host.addRun(scheduler.state);
    if (timeout !== Infinity) this.#timeout = host.timers.set(timeout, () => this.#onTimeout());
    if (signal) host.abortListeners.add(signal, this);
    instrumentation.current?.emit({ type: 'call-queued', pool: host, call: this, name: this.name, waiter: sink });
  }

  get name(): string {
    return this.spec.name;
  }

  get waitDescription(): ExternalWaitDescription {
    return { waiter: this.#sink, what: `task "${this.name}" of fleet "${this.spec.host.name}"` };
  }

  isOf(state: SchedulerState): boolean {
    return this.#wait.state === state;
  }

  /** @param thread the number of the worker */
  onStarted(thread: number): void {
    if (this.isStarted || this.isOver) return;
    this.isStarted = true;
    instrumentation.current?.emit({ type: 'call-sent', pool: this.spec.host, call: this, thread });
  }

  /** Takes the outcome of the call. The first one wins. */
  receiveOutcome(outcome: OutcomeRecord): void {
    if (this.isOver) return;
    const { kind, payload, items = 0 } = outcome;
    if (payload === undefined) {
      this.#afterReading(() => this.#completeStream(items));
      return;
    }
    this.#read(payload, (bytes) => {
      if (kind === 'error') this.fail(decodeError(bytes, this.#callerStack?.stack));
      else if (kind === 'cancelled') this.fail(new CancelledError(decodeValue(bytes)));
      else if (kind === 'stream' && (this.receivesItems || this.#received > 0)) this.#completeStream(items);
      else this.#succeed(decodeValue(bytes));
    });
  }

  receiveItems({ run, index, payload }: ItemsRecord): void {
    if (this.isOver) return;
    this.#streamRun ??= run;
    if (run !== this.#streamRun) {
      // A second run repeats the items of the first one.
      if (index === 0) this.#interrupt();
      return;
    }
    this.#read(payload, (bytes) => {
      const items = decodeValue(bytes) as readonly unknown[];
      void this.spec.host.payloads.discard(payload);
      if (index > this.#received) this.#interrupt();
      else this.#emit(items.slice(this.#received - index));
    });
  }

  fail(error: unknown): void {
    this.#end(failure(error));
  }

  demand(count: number): void {
    this.#consumed += count;
    if (!this.isOver && this.#consumed + STREAM_WINDOW - this.granted >= STREAM_WINDOW / 2) this.#grant();
  }

  cancel(canceller?: Canceller): void {
    this.#cancelWith(canceller?.cancelReason);
    canceller?.cancelled();
  }

  /** Called when the signal of the call is aborted. */
  abort(reason: unknown): void {
    this.#stop(new CancelledError(reason), reason);
  }

  /** Fails a run that its pool gives up, and cancels the call. */
  evict(error: unknown): void {
    this.#stop(error, error);
  }

  #cancelWith(reason: unknown): void {
    if (this.isOver) return;
    // A subscriber may unsubscribe when it gets the value, before the run is complete.
    if (this.#hasValue) this.#finish('completed', success(undefined));
    else this.#finish('cancelled', undefined, { reason });
  }

  #onTimeout(): void {
    const { timeout } = this.spec;
    const error = new TaskTimeoutError(timeout, undefined, { kind: this.isStarted ? 'run' : 'queue', task: this.name });
    this.#stop(error, error);
  }

  #stop(error: unknown, reason: unknown): void {
    if (this.isOver || this.#hasValue) return;
    this.#finish('failed', failure(error), { reason });
    this.#deliver(failure(error));
  }

  #interrupt(): void {
    this.evict(new StreamInterruptedError(this.name, this.#received));
  }

  #succeed(value: unknown): void {
    this.#hasValue = true;
    this.#sink.next?.(value);
    this.#end(success(value));
  }

  #emit(items: readonly unknown[]): void {
    if (this.granted === 0) this.#grant();
    for (const item of items) {
      if (this.isOver) return;
      this.#received++;
      this.#last = { value: item };
      this.#sink.next?.(item);
    }
    if (!this.#sink.isPulling) this.demand(items.length);
  }

  /** @param count number of items that the worker has sent */
  #completeStream(count: number): void {
    if (count > this.#received) this.#interrupt();
    else if (this.#last) this.#end(success(this.#last.value));
    else if (this.#sink.complete) this.#end(undefined);
    else this.fail(emptyError(this.#sink.name));
  }

  #grant(): void {
    this.granted = this.#consumed + STREAM_WINDOW;
    this.spec.host.grant(this, this.granted);
  }

  #read(payload: string, use: (bytes: Uint8Array) => void): void {
    const read = (): void | Promise<void> => {
      const bytes = this.spec.host.payloads.unpack(payload);
      if (bytes instanceof Promise) return bytes.then(use);
      use(bytes);
    };
    this.#afterReading(read);
  }

  /** Runs a step after the steps before it, and at once if none of them is pending. */
  #afterReading(step: () => void | Promise<void>): void {
    const guarded = async (): Promise<void> => {
      try {
        if (!this.isOver) await step();
      } catch (error) {
        this.fail(error);
      }
    };
    if (this.#reading) {
      this.#reading = this.#reading.then(guarded);
      return;
    }
    try {
      const pending = step();
      if (pending) this.#reading = pending.catch((error: unknown) => this.fail(error));
    } catch (error) {
      this.fail(error);
    }
  }

  #end(outcome: Settlement<unknown> | undefined): void {
    if (this.isOver) return;
    this.#finish(outcome?.isError ? 'failed' : 'completed', outcome ?? success(undefined));
    this.#deliver(outcome);
  }

  #deliver(outcome: Settlement<unknown> | undefined): void {
    this.#scheduler.runQueue.drive(() => {
      if (outcome) deliverOutcome(this.#sink, outcome);
      else this.#sink.complete?.();
    });
  }

  #finish(how: RunEnd, outcome: EndOutcome, cancellation?: { readonly reason: unknown }): void {
    this.isOver = true;
    const { host, signal } = this.spec;
    instrumentation.current?.emit({ type: 'call-ended', pool: host, call: this, outcome });
    this.onOver?.();
    if (this.#timeout) host.timers.clear(this.#timeout);
    if (signal) host.abortListeners.delete(signal, this);
    host.onRunEnded(this, how, cancellation);
    this.#wait.release();
  }
}
