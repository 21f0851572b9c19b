/**
 * A tick may be armed any number of times and fires once: at the end of this turn (a microtask), or at quiescence, when the
 * whole microtask queue has drained. Under virtual time, a tick fires in the frame in which it was armed.
 */
import { asyncScheduler, VirtualTimeScheduler, type SchedulerLike, type Subscription } from 'rxjs';
import { detectStores } from '../core/async-local';
import { fakeAsyncZone, monotonicNow } from '../core/platform';
import { atEndOfTurn, isVirtualTime } from '../core/rx';
import { ambient } from './ambient';
import { afterMicrotasks, isSureToFire, isTrusted } from './after-microtasks';

/** Makes the function that lets `fire` run at the moment of the tick. It is made once, because a tick is armed at each flush. */
type Later = (clock: SchedulerLike, fire: () => void) => () => Subscription | undefined;

/** Time in ms after which a tick that may be lost is armed again. A tick that fires twice does no harm. */
const LOST_AFTER_MS = 20;

export class Tick {
  readonly #clock: SchedulerLike;
  readonly #runLater: () => Subscription | undefined;
  #isArmed = false;
  #timer: Subscription | undefined;
  #isSure = true;
  /** The `fakeAsync` zone and the time in ms of arming, for a tick that may be lost. */
  #zone: unknown;
  #armedAt = Infinity;

  constructor(config: { readonly clock: SchedulerLike; readonly later: Later; readonly fire: () => void }) {
    this.#clock = config.clock;
    this.#runLater = config.later(config.clock, () => {
      this.#isArmed = false;
      config.fire();
    });
  }

  arm(): void {
    // An RxJS scheduler closes its remaining actions when one of them throws: a closed timer never fires.
    if (this.#isArmed && !this.#timer?.closed && (this.#isSure || !this.#isLost())) return;
    // The clock carries the stores of this code to the callback, and the work there must run outside of them. In a drive, they
    // are known already.
    if (!ambient.scheduler) detectStores();
    this.#isArmed = true;
    this.#isSure = this.#clock !== asyncScheduler || isVirtualTime() || isSureToFire();
    if (!this.#isSure) this.#recordArming();
    this.#timer = this.#runLater();
  }

  #recordArming(): void {
    this.#zone = fakeAsyncZone();
    this.#armedAt = isTrusted() ? Infinity : monotonicNow();
  }

  /** The end of a test drops the timers of its zone, and a removed fake clock drops its timers. */
  #isLost(): boolean {
    return (
      this.#zone !== fakeAsyncZone() || (this.#armedAt < Infinity && monotonicNow() - this.#armedAt > LOST_AFTER_MS)
    );
  }
}

/** Fires at the end of this turn. */
export const endOfTurn: Later = (clock, fire) =>
  clock === asyncScheduler ? () => atEndOfTurn(fire) : () => clock.schedule(fire);

/**
 * Fires when no microtask is left, the moment at which DataLoader dispatches its batches.
 *
 * Batches of real time use real quiescence also when armed inside a `TestScheduler.run`, because that run may be aborted.
 */
export const quiescence: Later = (clock, fire) => {
  const runAtEndOfTurn = endOfTurn(clock, fire);
  const runAfterMicrotasks = (): void => {
    afterMicrotasks(fire);
  };
  return () => {
    if (clock !== asyncScheduler && !(isDelegated(clock) && isVirtualTime())) return runAtEndOfTurn();
    void Promise.resolve().then(runAfterMicrotasks);
    return undefined;
  };
};

/** Whether the clock follows the virtual time of `TestScheduler.run`. A `VirtualTimeScheduler` has its own time. */
export const isDelegated = (clock: SchedulerLike): boolean => !(clock instanceof VirtualTimeScheduler);
