/**
 * A limiter bounds how many calls run at a time and how many start in a time, overall and for each key, and shares its
 * slots fairly between keys. All bounds can change while calls wait.
 */
import { Observable } from 'rxjs';
import { invalidOption } from '../core/describe';
import { Named } from '../core/named';
import { PerTimeDomain } from '../core/per-time-domain';
import { isDelegated } from '../scheduler/tick';
import { AdaptiveConcurrency } from './adaptive-concurrency';
import { Dispatcher, type EndListener } from './dispatcher';
import type { LimiterBounds } from './limit-bounds';
import { checkedCall, type LimitedCall } from './limited-call';
import { LimitedFuture, type LimitedWork } from './limited-future';
import type { LimitedRunHost } from './limited-run';
import { LimiterClock } from './limiter-clock';
import {
  changeKeyBounds,
  checkDuration,
  checkedChange,
  checkedOptions,
  type LimiterChange,
  type LimiterConfig,
} from './limiter-config';
import type { LimiterEvent } from './limiter-events';
import { LimiterKey } from './limiter-key';
import { LimiterReporter } from './limiter-reporter';
import type { LimiterStats } from './limiter-stats';

/**
 * A limiter of concurrency and rates, overall and for each key.
 *
 * Waiting calls of one key start by priority, then in the order of their arrival. Keys take turns, so a key with many
 * calls does not hold back another one. A waiting call holds nothing, and leaves when it is unsubscribed from.
 *
 * The rate is the generic cell rate algorithm (ATM, leaky bucket); turns of keys and live changes are wanted in the issues
 * of Bottleneck and p-queue, which people use it in place of.
 *
 * @example
 * const limiter = new Limiter({
 *   concurrency: 50,
 *   perKey: { concurrency: 2, rate: { count: 10, per: 1_000 } },
 * });
 * limiter.run('example.com', ({ signal }) => fetch('https://example.com/', { signal })).subscribe(console.log);
 */
export class Limiter extends Named {
  readonly name: string;
  /** Emits what happens to each call, and each change. Costs nothing without subscribers. */
  readonly events$: Observable<LimiterEvent>;
  readonly #reporter = new LimiterReporter();
  readonly #dispatchers: PerTimeDomain<Dispatcher>;
  /** Whether the clock is a `VirtualTimeScheduler`, whose time does not depend on `TestScheduler.run`. */
  readonly #hasOwnTime: boolean;

  /**
   * @param config the bounds and other options; without any, all calls start at once
   * @throws TypeError if an option is unknown or invalid
   */
  constructor(config: LimiterConfig = {}) {
    super();
    const { name, bounds, ageing, adaptive, clock } = checkedOptions(config);
    this.name = name;
    this.events$ = this.#reporter.events$;
    this.#hasOwnTime = !isDelegated(clock);
    this.#dispatchers = new PerTimeDomain((real) => {
      const own = real ? copyOf(real.bounds) : bounds;
      const dispatcher: Dispatcher = new Dispatcher({
        name,
        clock: new LimiterClock(clock, this.#hasOwnTime || real !== undefined),
        bounds: own,
        ageing,
        reporter: this.#reporter,
        onEnded: adaptive && adapt(new AdaptiveConcurrency(adaptive), () => dispatcher),
      });
      if (real?.isClosed) dispatcher.close();
      return dispatcher;
    });
  }

  /**
   * A future that waits for its turn and then runs the work. Each subscription is one call. The slot is free again when
   * the work has ended, its clean-up included, also after unsubscribing.
   *
   * To run the work again after a failure, retry around the call, so that the next attempt waits for its turn:
   * `retryTask(() => limiter.run(key, work))`.
   *
   * @param key whose bounds and queue the call belongs to; keys are compared as in a Map
   * @param work a future or another Observable, whose last value is the result, or a function that returns an input. The
   *   function receives the call, whose `signal` aborts when the call is cancelled.
   * @param call the options of this call
   * @throws TypeError if `work` is neither, or an option is unknown or invalid. The future fails with a
   *   `LimiterFullError`, `LimiterClosedError`, `LimiterCostError` or `LimiterDeadlockError`, or the error of the work.
   * @example
   * const page = await limiter.run(host, ({ signal }) => fetch(url, { signal }), { priority: 1 });
   */
  run<T>(key: unknown, work: LimitedWork<T>, call?: LimitedCall): LimitedFuture<T> {
    if (typeof work !== 'function' && !(work instanceof Observable)) {
      const mustBe = 'a future or a function that returns a future, an Observable or a promise';
      throw invalidOption('Limiter.run: its work', mustBe, work);
    }
    const options = checkedCall('Limiter.run', call);
    return new LimitedFuture({ title: `limiter "${this.name}"`, key, options, work, host: () => this.#dispatcher });
  }

  /**
   * Changes bounds now, also for waiting calls. A lowered bound cancels no call: none starts until the use is below it.
   *
   * @param bounds a bound that is missing stays as it is; `null` removes it
   * @throws TypeError if a bound is unknown or invalid; nothing is changed then
   * @example
   * limiter.set({ concurrency: 10, perKey: { rate: null } });
   */
  set(bounds: LimiterChange): void {
    const dispatcher = this.#dispatcher;
    checkedChange(bounds)(dispatcher.bounds);
    dispatcher.applyBounds();
  }

  /**
   * Starts no call for a time; running calls go on. The longest of several pauses counts.
   *
   * @param duration in ms, or the date of its end
   * @defaultValue `Infinity`: until `resume`
   * @throws TypeError for an invalid duration
   */
  pause(duration: number | Date = Infinity): void {
    checkDuration('Limiter.pause', duration);
    this.#dispatcher.pause(duration);
  }

  /** Ends a pause of the limiter. Rates and the pauses of keys stay. */
  resume(): void {
    this.#dispatcher.resume();
  }

  /** A handle on one key, for bounds of its own, pauses and numbers. */
  key(key: unknown): LimiterKey {
    const current = (): Dispatcher => this.#dispatcher;
    return new LimiterKey(key, {
      setBounds: (change) => {
        const dispatcher = current();
        changeKeyBounds(dispatcher.bounds, key, change);
        dispatcher.applyKeyBounds(key);
      },
      pause: (duration) => {
        current().pause(duration, { key });
      },
      resume: () => {
        current().resume({ key });
      },
      stats: () => current().statsOf(key),
    });
  }

  /** The numbers now, with what each key waits for. Reading them takes time for each key and each waiting call. */
  get stats(): LimiterStats {
    return this.#dispatcher.stats();
  }

  /**
   * Fails all waiting calls, and all later ones, with a `LimiterClosedError`. Running calls go on; `events$` completes
   * after the last one.
   */
  close(): void {
    this.#dispatcher.close();
  }

  /** @internal */
  get host(): LimitedRunHost {
    return this.#dispatcher;
  }

  get #dispatcher(): Dispatcher {
    return this.#hasOwnTime ? this.#dispatchers.real : this.#dispatchers.current;
  }
}

const copyOf = (bounds: LimiterBounds): LimiterBounds => ({ ...bounds, byKey: new Map(bounds.byKey) });

/** Feeds ended calls to the controller, and sets the concurrency that it returns. */
function adapt(controller: AdaptiveConcurrency, dispatcherOf: () => Dispatcher): EndListener {
  return ({ startedAt, slotsAtStart }, outcome, endedAt) => {
    if (!outcome) return;
    const failure = outcome.isError ? { error: outcome.error } : undefined;
    const { bounds } = dispatcherOf();
    const { concurrency = Infinity } = bounds.all;
    const next = controller.next(concurrency, { startedAt, endedAt, slotsAtStart, failure });
    if (next === concurrency) return;
    bounds.all = { ...bounds.all, concurrency: next };
    dispatcherOf().applyBounds();
  };
}
