/**
 * Random programs for a limiter on virtual time: calls with costs and priorities, failures, cancellations, pauses and live
 * changes of all bounds. What happened is logged for an oracle that shares no code with the limiter.
 */
import {
  defer,
  finalize,
  mergeMap,
  of,
  throwError,
  timer,
  VirtualAction,
  VirtualTimeScheduler,
  type Subscription,
} from 'rxjs';
import { Limiter, type RateConfig } from 'sluice';

/** The bounds of one scope: of the whole limiter, or of one key. */
export interface ScopeBounds {
  readonly concurrency: number;
  readonly rates: readonly Required<RateConfig>[];
}

export interface LoggedCall {
  readonly id: number;
  readonly key: string;
  readonly cost: number;
  readonly priority: number;
  readonly calledAt: number;
  startedAt: number | undefined;
  /** The time of the teardown. */
  endedAt: number | undefined;
  /** Without the call having started. */
  leftAt: number | undefined;
  readonly outcomes: string[];
}

/** An entry of the log, in the order in which things happened. */
export type LogEntry =
  | { readonly type: 'called' | 'started' | 'ended' | 'left'; readonly at: number; readonly call: LoggedCall }
  | { readonly type: 'bounds'; readonly at: number; readonly scope: string; readonly bounds: ScopeBounds }
  | { readonly type: 'pause'; readonly at: number; readonly scope: string; readonly until: number }
  /** A moment at which all that may start at this time has had the chance to. */
  | { readonly type: 'settled'; readonly at: number };

export interface ProgramLog {
  readonly entries: readonly LogEntry[];
  readonly calls: readonly LoggedCall[];
  /** What the limiter says at the end. */
  readonly left: { readonly running: number; readonly waiting: number; readonly keys: number };
}

/** The scope of the whole limiter. The others are keys. */
export const ALL = 'all';
const KEYS = ['a', 'b', 'c', 'd'];
const END = 3_000;

/** A repeatable generator of numbers from 0 to 1 (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Program {
  readonly entries: LogEntry[] = [];
  readonly calls: LoggedCall[] = [];
  /** Time ends, so that a broken limiter whose timer fires for ever is found. */
  readonly #clock = new VirtualTimeScheduler(VirtualAction, 40 * END);
  readonly #random: () => number;
  readonly #limiter: Limiter;
  readonly #subscriptions: Subscription[] = [];
  readonly #isWindow: Readonly<Record<string, boolean>>;

  constructor(seed: number) {
    this.#random = randomOf(seed);
    this.#isWindow = { [ALL]: this.#chance(0.3), key: this.#chance(0.3) };
    const all = this.#bounds(ALL);
    const perKey = this.#bounds('key');
    this.#limiter = new Limiter({ ...optionsOf(all), perKey: optionsOf(perKey), clock: this.#clock });
    this.#logBounds(ALL, all);
    for (const key of KEYS) this.#logBounds(key, perKey);
  }

  run(): ProgramLog {
    for (let action = 0; action < 120; action++) this.#at(this.#int(0, 2_000), () => this.#act());
    this.#at(END, () => this.#resumeAll());
    for (let time = 0; time <= END; time += 13) this.#at(time + 0.5, () => this.#log({ type: 'settled', at: time }));
    this.#clock.flush();
    const { running, waiting, keys } = this.#limiter.stats;
    return { entries: this.entries, calls: this.calls, left: { running, waiting, keys: keys.size } };
  }

  #act(): void {
    const kind = this.#random();
    if (kind < 0.7) for (let calls = this.#int(1, 3); calls > 0; calls--) this.#call();
    else if (kind < 0.8) this.#pick(this.#subscriptions)?.unsubscribe();
    else if (kind < 0.85) this.#pause();
    else if (kind < 0.88) this.#resumeAll();
    else this.#change();
  }

  #call(): void {
    const now = this.#clock.now();
    const call: LoggedCall = {
      id: this.calls.length,
      key: this.#pick(KEYS) ?? '',
      cost: this.#chance(0.8) ? 1 : this.#int(1, 3),
      priority: this.#chance(0.8) ? 0 : this.#int(-1, 1),
      calledAt: now,
      startedAt: undefined,
      endedAt: undefined,
      leftAt: undefined,
      outcomes: [],
    };
    this.calls.push(call);
    this.#log({ type: 'called', at: now, call });
    const ms = this.#int(0, 60);
    const fails = this.#chance(0.2);
    const work = defer(() => {
      call.startedAt = this.#clock.now();
      this.#log({ type: 'started', at: call.startedAt, call });
      const result = fails ? throwError(() => new Error('no')) : of(call.id);
      return ms === 0 ? result : timer(ms, this.#clock).pipe(mergeMap(() => result));
    }).pipe(
      finalize(() => {
        call.endedAt = this.#clock.now();
        this.#log({ type: 'ended', at: call.endedAt, call });
      }),
    );
    const { key, cost, priority } = call;
    const subscription = this.#limiter.run(key, work, { cost, slots: 1, priority }).subscribe({
      next: () => call.outcomes.push('value'),
      error: () => call.outcomes.push('error'),
    });
    subscription.add(() => {
      if (call.outcomes.length > 0) return;
      call.outcomes.push('cancelled');
      if (call.startedAt !== undefined) return;
      call.leftAt = this.#clock.now();
      this.#log({ type: 'left', at: call.leftAt, call });
    });
    this.#subscriptions.push(subscription);
  }

  #pause(): void {
    const scope = this.#pick([ALL, ...KEYS]) ?? ALL;
    const ms = this.#int(1, 200);
    (scope === ALL ? this.#limiter : this.#limiter.key(scope)).pause(ms);
    this.#log({ type: 'pause', at: this.#clock.now(), scope, until: this.#clock.now() + ms });
  }

  #resumeAll(): void {
    for (const scope of [ALL, ...KEYS]) {
      // Logged first: calls may start while a pause ends.
      this.#log({ type: 'pause', at: this.#clock.now(), scope, until: -Infinity });
      (scope === ALL ? this.#limiter : this.#limiter.key(scope)).resume();
    }
  }

  #change(): void {
    const scope = this.#pick([ALL, ...KEYS]) ?? ALL;
    const bounds = this.#bounds(scope === ALL ? ALL : 'key');
    // Logged first: calls may start while the bounds are changed.
    this.#logBounds(scope, bounds);
    if (scope === ALL) this.#limiter.set(optionsOf(bounds));
    else this.#limiter.key(scope).set(optionsOf(bounds));
  }

  #bounds(kind: string): ScopeBounds {
    const isWindow = this.#isWindow[kind] === true;
    const concurrency = this.#chance(0.3) ? Infinity : this.#int(1, kind === ALL ? 6 : 3);
    const rate = (): Required<RateConfig> => ({
      count: this.#int(1, 6),
      // A window that gets longer does not know the starts that it has forgotten, so its length does not change here.
      per: isWindow ? 100 : this.#int(20, 200),
      burst: this.#int(1, 4),
      window: isWindow,
    });
    const number = isWindow ? 1 : (this.#pick([1, 1, 2]) ?? 1);
    return { concurrency, rates: Array.from({ length: number }, rate) };
  }

  #logBounds(scope: string, bounds: ScopeBounds): void {
    this.#log({ type: 'bounds', at: this.#clock.now(), scope, bounds });
  }

  #log(entry: LogEntry): void {
    this.entries.push(entry);
  }

  #at(time: number, act: () => void): void {
    this.#clock.schedule(act, time);
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  #int(from: number, to: number): number {
    return from + Math.floor(this.#random() * (to - from + 1));
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[this.#int(0, from.length - 1)];
  }
}

/** A window without the option burst, which would be a second rate. */
const optionsOf = ({ concurrency, rates }: ScopeBounds): { concurrency: number; rate: RateConfig[] } => ({
  concurrency,
  rate: rates.map(({ count, per, burst, window }) => (window ? { count, per, window } : { count, per, burst })),
});

export const runProgram = (seed: number): ProgramLog => new Program(seed).run();
