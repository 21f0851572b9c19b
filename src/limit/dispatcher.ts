/**
 * The dispatcher of a limiter decides which call starts, by one synchronous loop. A timer or an ended call only starts the
 * loop, which reads the state anew.
 *
 * A call takes from the bounds of its key and of the limiter together, when it starts. A waiting call owns nothing, so a
 * cancelled one has nothing to give back. One timer runs for the next time at which a call may start. A start costs
 * constant time, or the logarithm of the number of sleeping keys.
 */
import type { Subscription } from 'rxjs';
import { Fifo } from '../core/fifo';
import { failure } from '../core/outcome';
import type { EndOutcome } from '../scheduler/instrumentation';
import type { Tick } from '../scheduler/tick';
import { BoundsInUse } from './bounds-in-use';
import { startsBefore, type KeyRecord } from './key-record';
import type { LimiterBounds } from './limit-bounds';
import type { LimitedRun, LimitedRunHost, SlotBound } from './limited-run';
import { LimitedKeys } from './limited-keys';
import { LimiterClosedError, LimiterCostError, LimiterDeadlockError, LimiterFullError } from './limiter-errors';
import { isSameTime, type LimiterClock } from './limiter-clock';
import type { LimiterEndEvent, LimiterEvent } from './limiter-events';
import type { LimiterReporter } from './limiter-reporter';
import type { LimiterKeyStats, LimiterStats } from './limiter-stats';
import { StatsReader } from './read-stats';
import { describeHolder, findHolder, linkToOuter, unlinkFromOuter } from './slot-deadlock';
import { waitsOf } from './waiting-calls';

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

type RunEvent = WithoutCall<Extract<LimiterEvent, { readonly name: string | undefined }>>;
type WithoutCall<E> = E extends unknown ? Omit<E, 'key' | 'name' | 'at'> : never;

export class Dispatcher implements LimitedRunHost {
  readonly title: string;
  readonly #clock: LimiterClock;
  readonly bounds: LimiterBounds;
  readonly #all = new BoundsInUse();
  readonly #keys: LimitedKeys;
  readonly #running = new Set<LimitedRun>();
  /** Calls that hold their slots, and are begun once the loop has ended. */
  readonly #starting = new Fifo<LimitedRun>();
  /** Waiting calls inside of other calls. */
  readonly #nested = new Set<LimitedRun>();
  readonly #waits = waitsOf(this);
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
    this.#keys = new LimitedKeys(config.bounds);
    this.#all.configure(config.bounds.all, 0);
    this.#dispatchTick = config.clock.atEndOfTurn(() => {
      this.dispatch();
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  enqueue(run: LimitedRun): void {
    const now = this.#clock.now();
    // A timer may be late: calls whose time has come do not count as waiting.
    if (this.#waiting > 0 && this.#waiting >= this.bounds.maxWaiting) this.#dispatch(now);
    const error = this.#errorOf(run, now);
    if (error) {
      this.#reject(run, error, now);
      return;
    }
    const record = this.#keys.of(run.key, now);
    run.phase = 'waiting';
    run.queuedAt = now;
    run.sequence = ++this.#lastNumber;
    this.#rank(run);
    record.waiting.push(run);
    this.#waiting++;
    this.#waits.of(run.schedulerState).acquire();
    this.#reportCall(run, now, { type: 'call-queued' });
    this.config.reporter.traceArrival(this.config.name, run);
    this.#keys.place(record, now);
    this.#dispatch(now);
    if (!isWaiting(run) || !linkToOuter(run)) return;
    this.#nested.add(run);
    this.#failIfStuck(run);
  }

  leave(run: LimitedRun): void {
    const now = this.#clock.now();
    this.#reportCall(run, now, { type: 'call-left', waited: now - run.queuedAt });
    this.config.reporter.traceEnd(run, undefined);
    this.#takeOut(run, now);
    this.#dispatchTick.arm();
  }

  release(run: LimitedRun, outcome: EndOutcome): void {
    if (!this.#running.delete(run)) return;
    const now = this.#clock.now();
    const record = this.#keys.of(run.key, now);
    run.phase = 'ended';
    this.#all.giveBack(run);
    record.giveBack(run);
    this.#reportCall(run, now, { type: 'call-ended', ...endOf(outcome), ran: now - run.startedAt });
    this.config.reporter.traceEnd(run, outcome);
    this.#keys.place(record, now);
    this.config.onEnded?.(run, outcome, now);
    // Many calls may be cancelled one after the other: none of those to come may start meanwhile. The subscriber of a
    // failed call may pause its key: the next call starts after that.
    if (outcome && !outcome.isError) this.#dispatch(now);
    else this.#dispatchTick.arm();
    this.config.reporter.deliver();
    if (this.#isClosed && this.#running.size === 0) this.config.reporter.complete();
  }

  dispatch(): void {
    this.#dispatch(this.#clock.now());
  }

  reorder(run: LimitedRun): void {
    const record = this.#keys.get(run.key);
    if (!record || run.phase !== 'waiting') return;
    this.#rank(run);
    record.waiting.update(run);
    const now = this.#clock.now();
    this.#keys.place(record, now);
    this.#dispatch(now);
  }

  /** Makes changed bounds count, for waiting calls too. */
  applyBounds(): void {
    const now = this.#clock.now();
    this.#all.configure(this.bounds.all, now);
    for (const record of this.#keys.records) this.#keys.configure(record, now);
    this.#report({ type: 'changed', at: this.#clock.toSchedulerTime(now) });
    this.#dispatchChange(now);
  }

  applyKeyBounds(key: unknown): void {
    const now = this.#clock.now();
    const record = this.#keys.get(key);
    if (record) this.#keys.configure(record, now);
    this.#report({ type: 'changed', key, at: this.#clock.toSchedulerTime(now) });
    this.#dispatchChange(now);
  }

  /** The longest of several pauses counts. */
  pause(duration: number | Date, of?: { readonly key: unknown }): void {
    const now = this.#clock.now();
    const record = of && this.#keys.of(of.key, now);
    const paused: BoundsInUse = record ?? this.#all;
    const ms = typeof duration === 'number' ? duration : this.#clock.untilDate(duration);
    paused.pausedUntil = Math.max(paused.pausedUntil, now + ms);
    if (record) this.#keys.place(record, now);
    const at = this.#clock.toSchedulerTime(now);
    this.#report({ type: 'paused', ...of, until: at + paused.pausedUntil - now, at });
    this.#dispatch(now);
  }

  resume(of?: { readonly key: unknown }): void {
    const now = this.#clock.now();
    const record = of && this.#keys.get(of.key);
    if (record) {
      record.pausedUntil = 0;
      this.#keys.place(record, now);
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
    for (const record of this.#keys.records) yield* record.waiting;
  }

  slotBounds(run: LimitedRun): SlotBound[] {
    const record = this.#keys.get(run.key);
    const holders = [...this.#running];
    let neededOfKey = run.options.slots;
    for (const other of record?.waiting ?? [])
      if (startsBefore(other, run)) neededOfKey = Math.max(neededOfKey, other.options.slots);
    let needed = neededOfKey;
    for (const ready of this.#keys.ready) {
      if (ready === record) break;
      needed = Math.max(needed, ready.waiting.first?.options.slots ?? 0);
    }
    return [
      { concurrency: this.#all.concurrency, needed, holders },
      {
        concurrency: record?.concurrency ?? Infinity,
        needed: neededOfKey,
        holders: holders.filter(({ key }) => this.#keys.get(key) === record),
      },
    ];
  }

  describeRun(run: LimitedRun): string {
    if (!isWaiting(run)) return `work in ${this.title}`;
    const record = this.#keys.get(run.key);
    const wait = record && this.#readStats().waitOf(record);
    const bound = wait ? `a ${wait.for} of ${wait.of === 'limiter' ? 'all keys' : 'its key'}` : 'its turn';
    return `${bound} in ${this.title}`;
  }

  statsOf(key: unknown): LimiterKeyStats {
    const reader = this.#readStats();
    return reader.keyStats(this.#keys.get(key));
  }

  stats(): LimiterStats {
    const reader = this.#readStats();
    const keys = new Map(Array.from(this.#keys.records, (record) => [record.key, reader.keyStats(record)]));
    return {
      running: this.#running.size,
      waiting: this.#waiting,
      longestWait: reader.longestWait(this.waitingRuns()),
      concurrency: this.#all.concurrency,
      pausedUntil: reader.pauseOf(this.#all),
      keys,
    };
  }

  #readStats(): StatsReader {
    this.#keys.wakeDue(this.#clock.now());
    return new StatsReader(this.#all, this.#clock);
  }

  #errorOf(run: LimitedRun, now: number): Error | undefined {
    const { name } = this.config;
    const { key, options } = run;
    const { slots } = options;
    const { maxWaiting } = this.bounds;
    if (this.#isClosed) return new LimiterClosedError(name, key);
    const concurrency = Math.min(this.#all.concurrency, this.#keys.boundsOf(key).concurrency ?? Infinity);
    if (slots > concurrency) return new LimiterCostError(name, key, { slots, concurrency });
    const isFull = this.#waiting >= maxWaiting && !this.#canStart(run, now);
    return isFull ? new LimiterFullError(name, key, maxWaiting) : undefined;
  }

  /** Whether a new run does not have to wait. */
  #canStart(run: LimitedRun, now: number): boolean {
    if (this.#keys.ready.size > 0) return false;
    const record = this.#keys.of(run.key, now);
    const canStart = record.waiting.size === 0 && record.delayFor(run, now) + this.#all.delayFor(run, now) === 0;
    this.#keys.place(record, now);
    return canStart;
  }

  #rank(run: LimitedRun): void {
    // Ageing raises all waiting calls alike, so their order is known when they arrive.
    run.rank = run.priority - run.queuedAt / this.config.ageing;
  }

  #takeOut(run: LimitedRun, now: number): void {
    const record = this.#keys.of(run.key, now);
    record.waiting.remove(run);
    this.#stopWaiting(run);
    run.phase = 'ended';
    this.#keys.place(record, now);
  }

  #stopWaiting(run: LimitedRun): void {
    this.#waiting--;
    this.#waits.of(run.schedulerState).release();
    this.#nested.delete(run);
    unlinkFromOuter(run);
  }

  #reject(run: LimitedRun, error: Error, now: number): void {
    run.phase = 'ended';
    this.#reportCall(run, now, { type: 'call-rejected', error });
    this.config.reporter.traceEnd(run, failure(error));
    this.config.reporter.deliver();
    run.reject(error);
  }

  /** Lowered bounds may leave no slot for a call inside of another one. */
  #dispatchChange(now: number): void {
    this.#dispatch(now);
    for (const run of this.#nested) this.#failIfStuck(run);
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

  /** Starts every call that may start now. No code of users runs in the loop. */
  #dispatch(now: number): void {
    this.#keys.wakeDue(now);
    let wakeAt = Infinity;
    for (let record = this.#keys.ready.first; record; record = this.#keys.ready.first) {
      const run = record.waiting.first;
      const delay = run ? this.#all.delayFor(run, now) : 0;
      if (delay > 0) {
        // The first key keeps its turn: with others passing by, a call of a high cost would never find the rate free.
        wakeAt = now + delay;
        break;
      }
      this.#startNext(record, now);
    }
    if (this.#keys.ready.size === 0) wakeAt = this.#keys.wakeAt;
    this.#setTimer(this.#waiting > 0 ? wakeAt : Infinity);
    this.config.reporter.deliver();
    for (let run = this.#starting.shift(); run; run = this.#starting.shift()) if (run.phase === 'started') run.start();
  }

  #startNext(record: KeyRecord, now: number): void {
    const run = record.waiting.shift();
    this.#keys.ready.remove(record);
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
      this.config.reporter.traceStart(run);
    }
    this.#keys.place(record, now);
  }

  /** No timer runs while no call waits for a time. */
  #setTimer(at: number): void {
    const timer = this.#timer;
    if (at === Infinity && !timer) return;
    const source = this.#clock.timerSource;
    if (timer && timer.source === source && !timer.subscription.closed && isSameTime(timer.at, at)) return;
    timer?.subscription.unsubscribe();
    this.#timer = undefined;
    if (at < Infinity) this.#timer = { at, source, subscription: this.#clock.schedule(this.#onTimer, at) };
  }

  readonly #onTimer = (): void => {
    this.#timer = undefined;
    this.#dispatch(this.#clock.nowByTimers());
  };

  #reportCall(run: LimitedRun, now: number, event: RunEvent): void {
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

function endOf(outcome: EndOutcome): Pick<LimiterEndEvent, 'outcome' | 'error'> {
  if (!outcome) return { outcome: 'cancelled' };
  return outcome.isError ? { outcome: 'failed', error: outcome.error } : { outcome: 'succeeded' };
}
