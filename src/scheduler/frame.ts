/**
 * A frame holds the scheduler, the contexts and the `AsyncLocalStorage` stores of running code. Frames are linked from the
 * inside out. A task keeps the frame it runs in. Before each step of a task, the scheduler switches to that frame, unless it
 * is active already: consecutive steps of one task pause and resume no context.
 *
 * A frame with a scheduler or a context is carried through native promises, timers and callbacks like a store of
 * `AsyncLocalStorage`, so that the code there runs on the same scheduler and in the same contexts.
 */
import { reportUnhandled } from '../core/rx';
import { areStoresInUse, captureStores, carriedValue, runInStores, type Stores } from '../core/async-local';

/** A context that is on while a task runs: it is resumed before the task runs and paused when the task waits. */
export interface Switchable {
  pause(): void;
  resume(): void;
}

/** The task that fails when a context of its frame throws. */
export interface FrameOwner {
  /** Cancels the task's current wait and fails the task with this error. */
  interrupt(error: unknown): void;
}

/** Work with its own lifetime, such as a started future or a task of a scope. */
export interface Work {
  /** Called with the error of a part of the work that has no waiter any more. */
  orphaned(error: unknown): void;
  /** Keeps the work open for a clean-up without a waiter. The returned function ends the hold. */
  hold(): () => void;
}

/** A scheduler as a frame knows it. */
export interface FrameScheduler {
  /** The frame of work on this scheduler without another frame; undefined for the default scheduler. */
  readonly frame: Frame | undefined;
}

interface FrameParts {
  readonly context?: Switchable | undefined;
  readonly owner?: FrameOwner | undefined;
  readonly stores?: Stores | undefined;
  readonly work?: Work | undefined;
  readonly scheduler?: FrameScheduler | undefined;
  readonly isOfResolver?: boolean;
}

export class Frame {
  /** Changes only when a task leaves the outer frame before this one. */
  outer: Frame | undefined;
  readonly stores: Stores | undefined;
  readonly work: Work | undefined;
  /** The scheduler of the code in this frame; undefined for the default one. */
  readonly scheduler: FrameScheduler | undefined;
  readonly context: Switchable | undefined;
  readonly owner: FrameOwner | undefined;
  /** Whether the code in this frame runs on behalf of a resolver. Known only where policies look at feeders. */
  readonly isOfResolver: boolean;
  readonly depth: number;
  readonly #outerContextFrame: Frame | undefined;
  #isOn = false;
  /** Whether the context is never called again, because it has thrown or its frame was left. */
  #isOffForGood = false;

  constructor(outer: Frame | undefined, { context, owner, stores, work, scheduler, isOfResolver }: FrameParts) {
    this.outer = outer;
    this.context = context;
    this.owner = owner;
    this.stores = stores ?? outer?.stores;
    this.work = work ?? outer?.work;
    this.scheduler = scheduler ?? outer?.scheduler;
    this.isOfResolver = isOfResolver ?? outer?.isOfResolver ?? false;
    this.#outerContextFrame = outer?.contextFrame;
    this.depth = (outer?.depth ?? 0) + 1;
  }

  /** The innermost frame with a context: this frame or one around it. */
  get contextFrame(): Frame | undefined {
    return this.context ? this : this.#outerContextFrame;
  }

  /**
   * The innermost frame (this one or one around it) with a context, with work of its own, or of a resolver. A new frame is linked to that
   * one. Frames with only stores or a scheduler are skipped, because the new frame replaces those; otherwise work that
   * continues from frame to frame without end would build an endless chain.
   */
  get base(): Frame | undefined {
    const isNeeded =
      (this.context && !this.#isOffForGood) ||
      this.work !== this.outer?.work ||
      this.isOfResolver !== (this.outer?.isOfResolver ?? false);
    return isNeeded ? this : this.outer?.base;
  }

  /** Whether the frame is carried through native promises and callbacks. */
  get isCarried(): boolean {
    return this.scheduler !== undefined || this.contextFrame !== undefined;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  turnOn(): void {
    if (!this.context || this.#isOn || this.#isOffForGood) return;
    this.#isOn = true;
    this.#callContext(this.context, 'resume');
  }

  turnOff(): void {
    if (!this.context || !this.#isOn) return;
    this.#isOn = false;
    this.#callContext(this.context, 'pause');
  }

  /** Records that the context is on, for a caller that turns it on without `resume`. */
  markOn(): void {
    this.#isOn = true;
    this.#isOffForGood = false;
  }

  /** Records that the context is off for good, for a caller that turns it off without `pause`. */
  markOffForGood(): void {
    this.#isOn = false;
    this.#isOffForGood = true;
  }

  /** A context that throws is off and stays off. */
  #callContext(context: Switchable, method: 'pause' | 'resume'): void {
    try {
      context[method]();
    } catch (error) {
      this.#isOn = false;
      this.#isOffForGood = true;
      if (this.owner) this.owner.interrupt(error);
      else reportUnhandled(error);
    }
  }
}

let active: Frame | undefined;

export const activeFrame = (): Frame | undefined => active;

/** Pauses the contexts that are not in `next`, innermost first; then resumes those of `next`, outermost first. */
export function switchTo(next: Frame | undefined): void {
  if (next === active) return;
  const innermost = next?.contextFrame;
  let leaving = active?.contextFrame;
  const shared = innermostShared(leaving, innermost);
  while (leaving !== shared && leaving) {
    active = leaving.outer;
    leaving.turnOff();
    leaving = leaving.outer?.contextFrame;
  }
  for (const entered of pathTo(innermost, shared)) {
    active = entered;
    entered.turnOn();
  }
  active = next;
}

/**
 * Runs `work` in this frame, which stays active until the next switch. `isAsync` means that `work` calls an `async` function:
 * the frame is then carried through its `await`s even if the frame has neither a scheduler nor a context.
 */
export function runIn<R>(frame: Frame | undefined, work: () => R, isAsync?: boolean): R {
  switchTo(frame);
  return runInActive(frame, work, isAsync);
}

/**
 * The frame that must be active outside of every `RunQueue.drive`. The active frame differs only after an overflow of the
 * native stack.
 */
let expected: Frame | undefined;

export const expectedFrame = (): Frame | undefined => expected;

let isInCleanupSwitch = false;

/** Whether contexts are being paused for a clean-up of other work, which ends before any other work continues. */
export const isSwitchingForCleanup = (): boolean => isInCleanupSwitch;

/** Switches to the frame of other work for its clean-up. The current work does not count as suspended. */
export function switchForCleanup(next: Frame | undefined): void {
  isInCleanupSwitch = true;
  try {
    switchTo(next);
  } finally {
    isInCleanupSwitch = false;
  }
}

/** Runs `work` in this frame in the middle of other work, and then switches back to the frame of the other work. */
export function runNested<R>(frame: Frame | undefined, work: () => R, switchFrame = switchTo): R {
  const outer = active;
  const outerExpected = expected;
  switchFrame(frame);
  expected = frame;
  try {
    return runInActive(frame, work);
  } finally {
    expected = outerExpected;
    switchTo(outer);
  }
}

/** Runs a clean-up like `runNested`, without suspending the current work. */
export const runCleanup = <R>(frame: Frame | undefined, work: () => R): R => runNested(frame, work, switchForCleanup);

/** Runs `work` in the stores of the active frame, and carries the frame where needed. */
export const runInActive = <R>(frame: Frame | undefined, work: () => R, isAsync = false): R =>
  runInStores(frame?.stores, isAsync || frame?.isCarried ? frame : undefined, work);

/**
 * Whether code in this frame, once it is active, can be called without `runInActive`: no stores are entered, and nothing is
 * carried. Nearly always it can, and the closure for `runInActive` would cost a fifth of the time of a task.
 */
export const isPlain = (frame: Frame | undefined): boolean => !frame && !areStoresInUse;

/** The frame carried to the running code through promises, timers or callbacks. */
export const carriedFrame = (): Frame | undefined => carriedValue() as Frame | undefined; // Cast: a frame, because nothing else is carried.

/** The frame of code that continues after an `await` or in a callback. Its contexts are not on. */
export const resumedFrame = (): Frame | undefined => (active ? undefined : carriedFrame());

/**
 * The frame of work that is started here with its own lifetime: the contexts of the given frame, and the current stores (or
 * those of the given frame where no store exists now).
 */
export function detachedFrame(around: Frame | undefined): Frame | undefined {
  const stores = captureStores();
  return stores ? new Frame(around, { stores }) : around;
}

/** The frame of work that is started here: the active frame (or the carried one) with the current stores. */
export function frameHere(): Frame | undefined {
  const around = active ?? carriedFrame();
  const stores = captureStores();
  return stores ? new Frame(around?.base, { stores, scheduler: around?.scheduler }) : around;
}

/** The given frame for work on the given scheduler, which may differ from that of the frame. */
export function frameOn(scheduler: FrameScheduler, frame: Frame | undefined): Frame | undefined {
  if (frame === undefined) return scheduler.frame;
  if (frame.scheduler === scheduler || (!frame.scheduler && !scheduler.frame)) return frame;
  return new Frame(frame.base, { stores: frame.stores, scheduler });
}

/** Keeps the work of the frame open until a clean-up without a waiter has ended, reported by calling `cancelled`. */
export function holdWork(frame: Frame | undefined): { cancelled(): void } | undefined {
  const release = frame?.work?.hold();
  return release && { cancelled: release };
}

/** Reports an error without a receiver to the work of the frame, or else as RxJS reports unhandled errors. */
export function reportOrphan(frame: Frame | undefined, error: unknown): void {
  if (frame?.work) frame.work.orphaned(error);
  else reportUnhandled(error);
}

function innermostShared(one: Frame | undefined, other: Frame | undefined): Frame | undefined {
  let [a, b] = [one, other];
  while (a !== b) {
    if ((a?.depth ?? 0) >= (b?.depth ?? 0)) a = a?.outer?.contextFrame;
    else b = b?.outer?.contextFrame;
  }
  return a;
}

function pathTo(next: Frame | undefined, shared: Frame | undefined): Frame[] {
  const path: Frame[] = [];
  for (let frame = next; frame && frame !== shared; frame = frame.outer?.contextFrame) path.push(frame);
  return path.reverse();
}
