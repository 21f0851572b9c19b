/**
 * A tick is armed as often as one likes and fires once, a little later. There are two kinds of "a little later":
 * the end of this turn (a microtask), and quiescence, when the whole microtask queue has drained.
 *
 * Both take their time from the clock, so under virtual time they fire in the very frame they were armed in.
 */
import { asyncScheduler, VirtualTimeScheduler, type SchedulerLike, type Subscription } from 'rxjs';
import { fakeAsyncZone, monotonicNow } from '../core/platform';
import { atEndOfTurn, isVirtualTime } from '../core/rx';
import { afterMicrotasks, isSureToCome, isTrusted } from './after-microtasks';

type Later = (clock: SchedulerLike, fire: () => void) => Subscription | undefined;

/** ms after which a tick that was not sure to come is armed again. One that comes twice does no harm. */
const LOST_AFTER = 20;

export class Tick {
  readonly #clock: SchedulerLike;
  readonly #later: Later;
  readonly #fire: () => void;
  #isArmed = false;
  #timer: Subscription | undefined;
  #isSure = true;
  /** Where it is not sure to come: the `fakeAsync` it was armed in, and when. */
  #zone: unknown;
  #armedAt = Infinity;

  constructor(config: { readonly clock: SchedulerLike; readonly later: Later; readonly fire: () => void }) {
    this.#clock = config.clock;
    this.#later = config.later;
    this.#fire = config.fire;
  }

  arm(): void {
    // An RxJS scheduler in whose flush somebody else throws drops what comes after, and closes it.
    if (this.#isArmed && !this.#timer?.closed && (this.#isSure || !this.#isLost())) return;
    this.#isArmed = true;
    this.#isSure = this.#clock !== asyncScheduler || isVirtualTime() || isSureToCome();
    if (!this.#isSure) this.#remember();
    this.#timer = this.#later(this.#clock, () => {
      this.#isArmed = false;
      this.#fire();
    });
  }

  #remember(): void {
    this.#zone = fakeAsyncZone();
    this.#armedAt = isTrusted() ? Infinity : monotonicNow();
  }

  /** A test that ends takes its zone with it, and a fake clock what was armed on it. */
  #isLost(): boolean {
    return this.#zone !== fakeAsyncZone() || (this.#armedAt < Infinity && monotonicNow() - this.#armedAt > LOST_AFTER);
  }
}

/** At the end of this turn. */
export const endOfTurn: Later = (clock, fire) => (clock === asyncScheduler ? atEndOfTurn(fire) : clock.schedule(fire));

/**
 * When no microtask is left. It was DataLoader that found this moment to be the right one.
 *
 * What waits in real time waits for this also where a run of virtual time has moved it on: that run may be aborted.
 */
export const quiescence: Later = (clock, fire) => {
  if (clock !== asyncScheduler && !(isDelegated(clock) && isVirtualTime())) return endOfTurn(clock, fire);
  void Promise.resolve().then(() => afterMicrotasks(fire));
  return undefined;
};

/** Whether a `TestScheduler.run` gives it virtual time. One that has its own is moved on by whoever made it. */
export const isDelegated = (clock: SchedulerLike): boolean => !(clock instanceof VirtualTimeScheduler);
