/**
 * What is on around a piece of code while it runs: its scheduler, contexts, and the stores of `AsyncLocalStorage`. Frames
 * are linked from the inside out. A task carries the frame it runs in; whoever runs a step of it switches to that frame
 * first, and only if another is on, so that going on without a pause turns nothing off and on again.
 *
 * A frame with a scheduler or a context is carried through native promises, timers and callbacks as a store of
 * `AsyncLocalStorage` is, so that what goes on from there belongs to the same scheduler and runs in the same contexts.
 */
import { reportUnhandled } from '../core/rx';
import { captureStores, carried, runInStores, type Stores } from '../core/async-local';
import { ambient } from './ambient';
import type { BatchScheduler } from './batch-scheduler';

/** Something that is on while a task runs. */
export interface Switchable {
  pause(): void;
  resume(): void;
}

/** Who is failed when a context throws. */
export interface FrameOwner {
  /** Cancels what it waits for, and fails it with this error. */
  interrupt(error: unknown): void;
}

/** A piece of work with a lifetime of its own, and all that runs for it. */
export interface Work {
  /** Something that ran for it has failed, and nobody waits for it any more. */
  orphaned(error: unknown): void;
  /** Something that ran for it is cleaning up, and nobody waits for it any more. Call what comes back when it has. */
  hold(): () => void;
}

interface FrameParts {
  readonly context?: Switchable | undefined;
  readonly owner?: FrameOwner | undefined;
  readonly stores?: Stores | undefined;
  readonly work?: Work | undefined;
  readonly scheduler?: BatchScheduler | undefined;
}

export class Frame {
  /** Changes only where a task leaves that frame before this one. */
  outer: Frame | undefined;
  readonly stores: Stores | undefined;
  readonly work: Work | undefined;
  /** The scheduler of all that runs here; undefined for the default one. */
  readonly scheduler: BatchScheduler | undefined;
  readonly context: Switchable | undefined;
  readonly owner: FrameOwner | undefined;
  readonly depth: number;
  readonly #innermostAround: Frame | undefined;
  #isOn = false;
  /** It has thrown, and is not asked again. */
  #isBroken = false;

  constructor(outer: Frame | undefined, { context, owner, stores, work, scheduler }: FrameParts) {
    this.outer = outer;
    this.context = context;
    this.owner = owner;
    this.stores = stores ?? outer?.stores;
    this.work = work ?? outer?.work;
    this.scheduler = scheduler ?? outer?.scheduler;
    this.#innermostAround = outer?.innermost;
    this.depth = (outer?.depth ?? 0) + 1;
  }

  /** Of this frame and those around it, the innermost that has something to turn on and off. */
  get innermost(): Frame | undefined {
    return this.context ? this : this.#innermostAround;
  }

  /**
   * Of this frame and those around it, the innermost that is more than values which an inner frame replaces. A new frame
   * stands on that one, so that work which goes on from frame to frame without end makes no endless chain.
   */
  get base(): Frame | undefined {
    const isMore = (this.context && !this.#isBroken) || this.work !== this.outer?.work;
    return isMore ? this : this.outer?.base;
  }

  /** Whether it is carried through native promises and callbacks, whatever runs in it. */
  get isCarried(): boolean {
    return this.scheduler !== undefined || this.innermost !== undefined;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  turnOn(): void {
    if (!this.context || this.#isOn || this.#isBroken) return;
    this.#isOn = true;
    this.#guard(this.context, 'resume');
  }

  turnOff(): void {
    if (!this.context || !this.#isOn) return;
    this.#isOn = false;
    this.#guard(this.context, 'pause');
  }

  /** Says that it is on, or off for good, without a word to its context: for whoever has told it. */
  mark(isOn: boolean): void {
    this.#isOn = isOn;
    this.#isBroken = !isOn;
  }

  /** What throws is off, and stays off. */
  #guard(context: Switchable, method: 'pause' | 'resume'): void {
    try {
      context[method]();
    } catch (error) {
      this.#isOn = false;
      this.#isBroken = true;
      if (this.owner) this.owner.interrupt(error);
      else reportUnhandled(error);
    }
  }
}

let active: Frame | undefined;

export const activeFrame = (): Frame | undefined => active;

/** Turns off what is on and not in `next`, innermost first; then on what is in `next`, outermost first. */
export function switchTo(next: Frame | undefined): void {
  if (next === active) return;
  const innermost = next?.innermost;
  let left = active?.innermost;
  const shared = innermostShared(left, innermost);
  while (left !== shared && left) {
    active = left.outer;
    left.turnOff();
    left = left.outer?.innermost;
  }
  for (const entered of pathTo(innermost, shared)) {
    active = entered;
    entered.turnOn();
  }
  active = next;
}

/**
 * Does `work` in this frame, which stays on until another is switched to. `isAsync` says that `work` calls an `async`
 * function: what that asks for after an `await` is the work of this frame as well, however little is on in it.
 */
export function runIn<R>(frame: Frame | undefined, work: () => R, isAsync?: boolean): R {
  switchTo(frame);
  return runInside(frame, work, isAsync);
}

/** The frame that is on where no drive is under way, unless an overflow of the native stack has left another. */
let expected: Frame | undefined;

export const expectedFrame = (): Frame | undefined => expected;

let isAside = false;

/** Whether contexts are paused for a clean-up of other work, which comes to its end before anything else goes on. */
export const isSwitchedAside = (): boolean => isAside;

/** Switches to the frame of other work for a clean-up of that: what runs now is not suspended. */
export function switchAside(next: Frame | undefined): void {
  isAside = true;
  try {
    switchTo(next);
  } finally {
    isAside = false;
  }
}

/** Does `work` in this frame in the middle of other work, and goes back to the frame of that. */
export function runAmid<R>(frame: Frame | undefined, work: () => R, switchThere = switchTo): R {
  const outer = active;
  const outerExpected = expected;
  switchThere(frame);
  expected = frame;
  try {
    return runInside(frame, work);
  } finally {
    expected = outerExpected;
    switchTo(outer);
  }
}

/** The same for a clean-up, which does not suspend the other work. */
export const runAside = <R>(frame: Frame | undefined, work: () => R): R => runAmid(frame, work, switchAside);

/** Does `work` in the stores of this frame, which is on, and carries it along where that is needed. */
export const runInside = <R>(frame: Frame | undefined, work: () => R, isAsync = false): R =>
  runInStores(frame?.stores, isAsync || frame?.isCarried ? frame : undefined, work);

/** The frame that was carried here. */
const carriedFrame = (): Frame | undefined => carried() as Frame | undefined; // only frames are carried

/** The frame of code that goes on after an `await` or in a callback: it was carried there, and nothing in it is on. */
export const resumedFrame = (): Frame | undefined => (active ? undefined : carriedFrame());

/** The scheduler to which the code belongs that runs now; undefined where nothing names one. */
export const schedulerHere = (): BatchScheduler | undefined => ambient.scheduler ?? carriedFrame()?.scheduler;

/** The frame of work that is started here to live by itself: the stores here, or else those of its home, and the contexts of its home. */
export function detachedFrame(around: Frame | undefined): Frame | undefined {
  const stores = captureStores();
  return stores ? new Frame(around, { stores }) : around;
}

/** The frame of work that is begun here: what is on here, and the stores its caller sees. */
export function frameHere(): Frame | undefined {
  const around = active ?? carriedFrame();
  const stores = captureStores();
  return stores ? new Frame(around?.base, { stores, scheduler: around?.scheduler }) : around;
}

/** The same frame for work on this scheduler, which may be another. */
export function frameOn(scheduler: BatchScheduler, frame: Frame | undefined): Frame | undefined {
  if (frame === undefined) return scheduler.frame;
  if (frame.scheduler === scheduler || (!frame.scheduler && !scheduler.frame)) return frame;
  return new Frame(frame.base, { stores: frame.stores, scheduler });
}

/** A canceller for a clean-up that nobody waits for: the work it runs for is not over before the clean-up has ended. */
export function holder(frame: Frame | undefined): { cancelled(): void } | undefined {
  const release = frame?.work?.hold();
  return release && { cancelled: release };
}

/** An error that nobody receives goes to the work whose part has failed, or else to where RxJS sends such errors. */
export function reportOrphan(frame: Frame | undefined, error: unknown): void {
  if (frame?.work) frame.work.orphaned(error);
  else reportUnhandled(error);
}

function innermostShared(one: Frame | undefined, other: Frame | undefined): Frame | undefined {
  let [a, b] = [one, other];
  while (a !== b) {
    if ((a?.depth ?? 0) >= (b?.depth ?? 0)) a = a?.outer?.innermost;
    else b = b?.outer?.innermost;
  }
  return a;
}

function pathTo(next: Frame | undefined, shared: Frame | undefined): Frame[] {
  const path: Frame[] = [];
  for (let frame = next; frame && frame !== shared; frame = frame.outer?.innermost) path.push(frame);
  return path.reverse();
}
