/**
 * A tick is armed as often as one likes and fires once, a little later. There are two kinds of "a little later":
 * the end of this turn (a microtask), and quiescence, when the whole microtask queue has drained.
 *
 * Both take their time from the clock, so under virtual time they fire in the very frame they were armed in.
 */
import { asyncScheduler, VirtualTimeScheduler, type SchedulerLike, type Subscription } from 'rxjs';
import { atEndOfTurn, isVirtualTime } from '../core/rx';

type Later = (clock: SchedulerLike, fire: () => void) => Subscription | undefined;

export class Tick {
  readonly #clock: SchedulerLike;
  readonly #later: Later;
  readonly #fire: () => void;
  #isArmed = false;
  #timer: Subscription | undefined;

  constructor(config: { readonly clock: SchedulerLike; readonly later: Later; readonly fire: () => void }) {
    this.#clock = config.clock;
    this.#later = config.later;
    this.#fire = config.fire;
  }

  arm(): void {
    // An RxJS scheduler in whose flush somebody else throws drops what comes after, and closes it.
    if (this.#isArmed && !this.#timer?.closed) return;
    this.#isArmed = true;
    this.#timer = this.#later(this.#clock, () => {
      this.#isArmed = false;
      this.#fire();
    });
  }
}

/** At the end of this turn. */
export const endOfTurn: Later = (clock, fire) => (clock === asyncScheduler ? atEndOfTurn(fire) : clock.schedule(fire));

/**
 * When no microtask is left. In Node, `nextTick` from within a microtask runs just then; elsewhere a task of its own
 * does. It was DataLoader that found this moment to be the right one.
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

// Taken once, at load, so that a test's fake timers do not take it away.
const { process, setTimeout } = globalThis as {
  process?: { nextTick?: (fire: () => void) => void };
  setTimeout: (fire: () => void, ms: number) => unknown;
};
const nextTick = process?.nextTick;
const afterMicrotasks = nextTick
  ? (fire: () => void): void => nextTick(fire)
  : (fire: () => void): void => void setTimeout(fire, 0);
