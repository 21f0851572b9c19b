/**
 * The dispatcher of a limiter decides which call starts, by one synchronous loop: who wakes from a wait presumes nothing.
 *
 * Keys that could start a call stand in a ring, and each start sends its key to the end: a key with a million calls delays
 * another one by one start. Keys that wait for a rate or a pause sleep in a heap with one timer for its top. A call takes
 * from the bounds of its key and of the limiter together, when it starts; a waiting call owns nothing, so a cancelled one
 * has nothing to give back. A start costs constant time, or the logarithm of the number of sleeping keys.
 */
import type { Subscription } from 'rxjs';
import { LimiterClosedError, LimiterCostError, LimiterDeadlockError, LimiterFullError } from '../core/errors';
import { describe } from '../core/describe';
import { Fifo } from '../core/fifo';
import { IndexedHeap } from '../core/indexed-heap';
import { LinkedQueue } from '../core/linked-queue';
import type { EndOutcome } from '../scheduler/instrumentation';
import type { Tick } from '../scheduler/tick';
import { BoundsInUse } from './bounds-in-use';
import { KeyRecord, wakesBefore } from './key-record';
import type { BoundOptions, LimiterBounds } from './limit-bounds';
import type { LimitedRun, RunHost, SlotBound } from './limited-run';
import type { LimiterClock } from './limiter-clock';
import type { LimiterEndEvent, LimiterEvent } from './limiter-events';
import type { LimiterReporter } from './limiter-reporter';
import type { LimiterKeyStats, LimiterStats, LimiterWait } from './limiter-stats';
import { LimiterWaits } from './limiter-waits';
import { describeHolder, findHolder, linkToOuter, unlinkFromOuter } from './slot-deadlock';

export interface DispatcherConfig {
  readonly name: string;
  readonly clock: LimiterClock;
  readonly bounds: LimiterBounds;
  /** Time in ms of waiting that counts as one of `priority`. */
  readonly ageing: number;
  readonly reporter: LimiterReporter;
  /** Called when a started call has ended. */
  readonly onEnded: EndListener | undefined;
}

export type EndListener = (run: LimitedRun, outcome: EndOutcome, now: number) => void;

const NO_CALLS: LimiterKeyStats = {
  running: 0,
  waiting: 0,
  longestWait: 0,
  waitsFor: undefined,
  pausedUntil: undefined,
};

type CallEvent = WithoutCall<Extract<LimiterEvent, { readonly name: string | undefined }>>;
type WithoutCall<E> = E extends unknown ? Omit<E, 'key' | 'name' | 'at'> : never;

export class Dispatcher implements RunHost {
  readonly title: string;
  readonly #clock: LimiterClock;
  readonly bounds: LimiterBounds;
  readonly #all = new BoundsInUse();
  readonly #records = new Map<unknown, KeyRecord>();
  /** Keys with a call that could start now, as far as the bounds of the key are concerned. */
  readonly #ready = new LinkedQueue<KeyRecord>();
  /** Keys that wait for a time, and keys without calls that are forgotten at a time. */
  readonly #sleeping = new IndexedHeap(wakesBefore);
  readonly #running = new Set<LimitedRun>();
  /** Calls that hold their slots, and are begun once the loop has ended. */
  readonly #starting = new Fifo<LimitedRun>();
  readonly #waits = new LimiterWaits(this);
  /** Dispatches at the end of this turn. */
  readonly #dispatchTick: Tick;
  #waiting = 0;
  #lastNumber = 0;
  #timer: { readonly at: number; readonly source: unknown; readonly subscription: Subscription } | undefined;
  #isClosed = false;

  constructor(private readonly config: DispatcherConfig) {
    this.title = `limiter "${config.name}"`;
    this.#clock = config.clock;
    this.bounds = config.bounds;
    this.#all.configure(config.bounds.all, 0);
    this.#dispatchTick = config.clock.atEndOfTurn(() => {
      this.#dispatch(this.#clock.now());
    });
  }

  enqueue(run: LimitedRun): void {
    const now = this.#clock.now();
    const error = this.#errorOf(run, now);
    if (error) {
      this.#reject(run, error, now);
      return;
    }
    const record = this.#recordOf(run.key, now);
    run.phase = 'waiting';
    run.queuedAt = now;
    run.sequence = ++this.#lastNumber;
    this.#rank(run);
    record.waiting.push(run);
    this.#waiting++;
    this.#waits.of(run.schedulerState).acquire();
    this.#reportCall(run, now, { type: 'call-queued' });
    this.#place(record, now);
    this.#dispatch(now);
    if (isWaiting(run) && linkToOuter(run)) this.#failIfStuck(run);
  }

  leave(run: LimitedRun): void {
    const now = this.#clock.now();
    this.#reportCall(run, now, { type: 'call-left', waited: now - run.queuedAt });
    this.#takeOut(run, now);
    this.#dispatchTick.arm();
  }

  release(run: LimitedRun, outcome: EndOutcome): void {
    if (!this.#running.delete(run)) return;
    const now = this.#clock.now();
    const record = this.#recordOf(run.key, now);
    run.phase = 'ended';
    this.#all.giveBack(run);
    record.giveBack(run);
    this.#reportCall(run, now, { type: 'call-ended', ...endOf(outcome), ran: now - run.startedAt });
    this.#place(record, now);
    this.config.onEnded?.(run, outcome, now);
    // Many calls may be cancelled one after the other: none of those to come may start meanwhile.
    if (outcome) this.#dispatch(now);
    else this.#dispatchTick.arm();
    if (this.#isClosed && this.#running.size === 0) this.config.reporter.complete();
  }

  reorder(run: LimitedRun): void {
    const record = this.#records.get(run.key);
    if (!record || run.phase !== 'waiting') return;
    this.#rank(run);
    record.waiting.update(run);
    const now = this.#clock.now();
    this.#place(record, now);
    this.#dispatch(now);
  }

  /** Makes changed bounds count, for waiting calls too. */
  applyBounds(): void {
    const now = this.#clock.now();
    this.#all.configure(this.bounds.all, now);
    for (const record of this.#records.values()) this.#configure(record, now);
    this.#report({ type: 'changed', at: this.#clock.toSchedulerTime(now) });
    this.#dispatch(now);
  }

  applyKeyBounds(key: unknown): void {
    const now = this.#clock.now();
    const record = this.#records.get(key);
    if (record) this.#configure(record, now);
    this.#report({ type: 'changed', key, at: this.#clock.toSchedulerTime(now) });
    this.#dispatch(now);
  }

  /** The longest of several pauses counts. */
  pause(duration: number | Date, of?: { readonly key: unknown }): void {
    const now = this.#clock.now();
    const record = of && this.#recordOf(of.key, now);
    const paused: BoundsInUse = record ?? this.#all;
    const ms = typeof duration === 'number' ? duration : this.#clock.untilDate(duration);
    paused.pausedUntil = Math.max(paused.pausedUntil, now + ms);
    if (record) this.#place(record, now);
    const at = this.#clock.toSchedulerTime(now);
    this.#report({ type: 'paused', ...of, until: at + paused.pausedUntil - now, at });
    this.#dispatch(now);
  }

  resume(of?: { readonly key: unknown }): void {
    const now = this.#clock.now();
    const record = of && this.#records.get(of.key);
    if (record) {
      record.pausedUntil = 0;
      this.#place(record, now);
    } else if (!of) this.#all.pausedUntil = 0;
    this.#report({ type: 'resumed', ...of, at: this.#clock.toSchedulerTime(now) });
    this.#dispatch(now);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const now = this.#clock.now();
    const left = [...this.waitingRuns()].sort((one, other) => one.sequence - other.sequence);
    for (const run of left) this.#takeOut(run, now);
    this.#report({ type: 'closed', at: this.#clock.toSchedulerTime(now) });
    this.#dispatch(now);
    for (const run of left) this.#reject(run, new LimiterClosedError(this.config.name, run.key), now);
    if (this.#running.size === 0) this.config.reporter.complete();
  }

  *waitingRuns(): Generator<LimitedRun> {
    for (const record of this.#records.values()) yield* record.waiting;
  }

  slotBounds(run: LimitedRun): SlotBound[] {
    const holders = [...this.#running];
    const { concurrency = Infinity } = this.#records.get(run.key) ?? {};
    return [
      { concurrency: this.#all.concurrency, holders },
      { concurrency, holders: holders.filter(({ key }) => key === run.key) },
    ];
  }

  describeRun(run: LimitedRun): string {
    const wait = isWaiting(run) ? this.statsOf(run.key).waitsFor : undefined;
    const owner = wait?.of === 'limiter' ? 'all keys' : 'the key';
    const what = wait ? `waits for a ${wait.for} of ${owner}` : isWaiting(run) ? 'waits for its turn' : 'runs';
    return `a call of ${this.title} for key ${describe(run.key)}, which ${what}`;
  }

  statsOf(key: unknown): LimiterKeyStats {
    const now = this.#clock.now();
    this.#wakeDue(now);
    const record = this.#records.get(key);
    return record ? this.#statsOf(record, now) : NO_CALLS;
  }

  stats(): LimiterStats {
    const now = this.#clock.now();
    this.#wakeDue(now);
    const keys = new Map(Array.from(this.#records, ([key, record]) => [key, this.#statsOf(record, now)]));
    return {
      running: this.#running.size,
      waiting: this.#waiting,
      longestWait: longestWait(this.waitingRuns(), now),
      concurrency: this.#all.concurrency,
      pausedUntil: this.#timeOf(this.#all.pausedUntil, now),
      keys,
    };
  }

  #statsOf(record: KeyRecord, now: number): LimiterKeyStats {
    const first = record.waiting.first;
    return {
      running: record.running,
      waiting: record.waiting.size,
      longestWait: longestWait(record.waiting, now),
      waitsFor: first && this.#waitOf(first, record, now),
      pausedUntil: this.#timeOf(record.pausedUntil, now),
    };
  }

  /** The reason why a key does not start its next call: its own bounds first. */
  #waitOf(run: LimitedRun, record: KeyRecord, now: number): LimiterWait | undefined {
    return this.#waitFor('key', record, run, now) ?? this.#waitFor('limiter', this.#all, run, now);
  }

  #waitFor(of: 'key' | 'limiter', bounds: BoundsInUse, run: LimitedRun, now: number): LimiterWait | undefined {
    const until = this.#timeOf(bounds.pausedUntil, now);
    if (until !== undefined) return { of, for: 'pause', until };
    if (!bounds.hasSlotsFor(run)) return { of, for: 'slot', until: undefined };
    const delay = bounds.rateDelay(run, now);
    return delay > 0 ? { of, for: 'rate', until: this.#clock.toSchedulerTime(now + delay) } : undefined;
  }

  /** A time of the limiter's clock as that of the scheduler; undefined if it has come. */
  #timeOf(at: number, now: number): number | undefined {
    return this.#clock.hasCome(at, now) ? undefined : this.#clock.toSchedulerTime(at);
  }

  #errorOf(run: LimitedRun, now: number): Error | undefined {
    const { name } = this.config;
    const { key, options } = run;
    const { slots } = options;
    const { maxWaiting } = this.bounds;
    if (this.#isClosed) return new LimiterClosedError(name, key);
    const concurrency = Math.min(this.#all.concurrency, this.#boundsOf(key).concurrency ?? Infinity);
    if (slots > concurrency) return new LimiterCostError(name, key, { slots, concurrency });
    const isFull = this.#waiting >= maxWaiting && !this.#canStart(run, now);
    return isFull ? new LimiterFullError(name, key, maxWaiting) : undefined;
  }

  /** Whether a new run does not have to wait. */
  #canStart(run: LimitedRun, now: number): boolean {
    this.#wakeDue(now);
    if (this.#ready.size > 0) return false;
    const record = this.#recordOf(run.key, now);
    const canStart =
      record.waiting.size === 0 && this.#delayOf(record, run, now) + this.#delayOf(this.#all, run, now) === 0;
    this.#place(record, now);
    return canStart;
  }

  /** Time in ms until a call may start by these bounds; `Infinity` where it waits for a slot, which comes without a timer. */
  #delayOf(bounds: BoundsInUse, run: LimitedRun, now: number): number {
    if (!bounds.hasSlotsFor(run)) return Infinity;
    const delay = Math.max(bounds.pausedUntil - now, bounds.rateDelay(run, now));
    return this.#clock.hasCome(now + delay, now) ? 0 : delay;
  }

  #rank(run: LimitedRun): void {
    // Ageing raises all waiting calls alike, so their order is known when they arrive.
    run.rank = run.priority - run.queuedAt / this.config.ageing;
  }

  #recordOf(key: unknown, now: number): KeyRecord {
    let record = this.#records.get(key);
    if (!record) {
      record = new KeyRecord(key);
      record.configure(this.#boundsOf(key), now);
      this.#records.set(key, record);
    }
    return record;
  }

  #boundsOf(key: unknown): BoundOptions {
    const { perKey, byKey } = this.bounds;
    const own = byKey.size > 0 ? byKey.get(key) : undefined;
    if (!own) return perKey;
    return { concurrency: own.concurrency ?? perKey.concurrency, rates: own.rates ?? perKey.rates };
  }

  #configure(record: KeyRecord, now: number): void {
    record.configure(this.#boundsOf(record.key), now);
    this.#place(record, now);
  }

  #takeOut(run: LimitedRun, now: number): void {
    const record = this.#recordOf(run.key, now);
    record.waiting.remove(run);
    this.#stopWaiting(run);
    run.phase = 'ended';
    this.#place(record, now);
  }

  #stopWaiting(run: LimitedRun): void {
    this.#waiting--;
    this.#waits.of(run.schedulerState).release();
    unlinkFromOuter(run);
  }

  #reject(run: LimitedRun, error: Error, now: number): void {
    run.phase = 'ended';
    this.#reportCall(run, now, { type: 'call-rejected', error });
    this.config.reporter.deliver();
    run.reject(error);
  }

  #failIfStuck(run: LimitedRun): void {
    const holder = findHolder(run);
    if (!holder) return;
    const error = new LimiterDeadlockError(this.config.name, run.key, describeHolder(holder));
    const now = this.#clock.now();
    this.#takeOut(run, now);
    this.#dispatch(now);
    this.#reject(run, error, now);
  }

  /** Puts a key where it belongs after a change of its calls or bounds. A ready key keeps its turn. */
  #place(record: KeyRecord, now: number): void {
    const run = record.waiting.first;
    const isIdle = !run && record.running === 0;
    const delay = run ? this.#delayOf(record, run, now) : isIdle ? record.clearAt(now) - now : Infinity;
    const isBlocked = run ? !record.hasSlotsFor(run) : !isIdle;
    this.#sleeping.remove(record);
    if (run && delay === 0) {
      if (!record.isQueued) this.#ready.push(record);
      return;
    }
    this.#ready.remove(record);
    if (isBlocked) return;
    if (isIdle && this.#clock.hasCome(now + delay, now)) {
      this.#records.delete(record.key);
      return;
    }
    record.wakeAt = now + delay;
    record.sleepNumber = ++this.#lastNumber;
    this.#sleeping.push(record);
  }

  #wakeDue(now: number): void {
    for (let record = this.#sleeping.first; record; record = this.#sleeping.first) {
      if (!this.#clock.hasCome(record.wakeAt, now)) return;
      this.#place(record, now);
    }
  }

  /** Starts every call that may start now. No code of users runs in the loop. */
  #dispatch(now: number): void {
    this.#wakeDue(now);
    let wakeAt = Infinity;
    for (let record = this.#ready.first; record; record = this.#ready.first) {
      const run = record.waiting.first;
      const delay = run ? this.#delayOf(this.#all, run, now) : 0;
      if (delay > 0) {
        // The first key keeps its turn: with others passing by, a call of a high cost would never find the rate free.
        wakeAt = now + delay;
        break;
      }
      this.#startNext(record, now);
    }
    if (this.#ready.size === 0) wakeAt = this.#sleeping.first?.wakeAt ?? Infinity;
    this.#setTimer(this.#waiting > 0 ? wakeAt : Infinity);
    this.config.reporter.deliver();
    for (let run = this.#starting.shift(); run; run = this.#starting.shift()) if (run.phase === 'started') run.start();
  }

  #startNext(record: KeyRecord, now: number): void {
    const run = record.waiting.shift();
    this.#ready.remove(record);
    if (run) {
      this.#stopWaiting(run);
      this.#all.take(run, now);
      record.take(run, now);
      this.#running.add(run);
      run.phase = 'started';
      run.startedAt = now;
      run.slotsAtStart = this.#all.slotsInUse;
      this.#starting.push(run);
      this.#reportCall(run, now, { type: 'call-started', waited: now - run.queuedAt });
    }
    this.#place(record, now);
  }

  /** No timer runs while no call waits for a time. */
  #setTimer(at: number): void {
    const timer = this.#timer;
    if (at === Infinity && !timer) return;
    const source = this.#clock.timerSource;
    if (timer && timer.source === source && !timer.subscription.closed && this.#clock.isSame(timer.at, at)) return;
    timer?.subscription.unsubscribe();
    this.#timer = undefined;
    if (at < Infinity) this.#timer = { at, source, subscription: this.#clock.schedule(this.#onTimer, at) };
  }

  readonly #onTimer = (): void => {
    this.#timer = undefined;
    this.#dispatch(this.#clock.nowByTimers());
  };

  #reportCall(run: LimitedRun, now: number, event: CallEvent): void {
    const { reporter } = this.config;
    if (!reporter.isObserved) return;
    const { key, options } = run;
    reporter.add({ ...event, key, name: options.name, at: this.#clock.toSchedulerTime(now) });
  }

  #report(event: LimiterEvent): void {
    if (this.config.reporter.isObserved) this.config.reporter.add(event);
  }
}

/** A function, because the compiler takes the phase for unchanged during a call. */
const isWaiting = ({ phase }: LimitedRun): boolean => phase === 'waiting';

function longestWait(runs: Iterable<LimitedRun>, now: number): number {
  let longest = 0;
  for (const { queuedAt } of runs) longest = Math.max(longest, now - queuedAt);
  return longest;
}

function endOf(outcome: EndOutcome): Pick<LimiterEndEvent, 'outcome' | 'error'> {
  if (!outcome) return { outcome: 'cancelled' };
  return outcome.isError ? { outcome: 'failed', error: outcome.error } : { outcome: 'succeeded' };
}
