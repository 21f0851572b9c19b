/**
 * Functions of the platform, looked up where they are real. Tests replace timers and clocks before this library is
 * loaded, after it, or while something waits; a function of the platform is therefore known by what it does, not by its
 * name.
 */
export type Defer = (fire: () => void) => unknown;

interface NodeProcess {
  readonly nextTick?: Defer;
  readonly getBuiltinModule?: (name: string) => unknown;
}

/** Of zone.js. */
interface ZoneClass {
  readonly current?: {
    get?(key: string): unknown;
    wrap?(callback: () => void, source: string): () => void;
  };
  __symbol__?(name: string): string;
}

export interface TimerFunctions {
  readonly setTimeout: (fire: () => void, ms?: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
  /** Of Node. */
  readonly setImmediate?: Defer;
}

interface Globals extends TimerFunctions {
  readonly process?: NodeProcess;
  readonly setInterval: unknown;
  readonly performance?: Timekeeper;
  readonly MessageChannel?: typeof MessageChannel;
  readonly Zone?: ZoneClass;
}

interface Timekeeper {
  now(): number;
}

/** As it is now: what a test has put there, and what zone.js has patched. */
export const globals = (): Globals => globalThis as Globals;

/** A module of Node, where this is Node. Unlike `process`, it is the real one inside the sandbox of a test runner. */
export const nodeModule = (name: string): unknown => globals().process?.getBuiltinModule?.(name);

/**
 * Whether a function belongs to a fake clock: @sinonjs/fake-timers, which jest, vitest and sinon are built on, leaves
 * its clock on the function; the older timers of jest are mock functions.
 */
export const isFake = (candidate: object): boolean => 'clock' in candidate || '_isMockFunction' in candidate;

/** The `fakeAsync` of zone.js that is under way; it has time and microtasks of its own, which end with it. */
export const fakeAsyncZone = (): unknown => globals().Zone?.current?.get?.('FakeAsyncTestZoneSpec');

/** Where timers come from now. A timer of another source may never come. */
export const timerSource = (): unknown => fakeAsyncZone() ?? globals().setInterval;

/** Whether the timers of now are those of a fake clock, which may be told to drop them. */
export const areTimersFake = (): boolean => isFake(globals().setInterval as object);

let genuine: TimerFunctions | undefined;

/** Timers that no test moves on; the fake ones only where no others were ever seen. */
export function realTimers(): TimerFunctions {
  genuine ??= [nodeModule('timers') as TimerFunctions | undefined, globals()] // Node's own, by its name
    .filter((timers) => timers !== undefined)
    .map(({ setTimeout, clearTimeout, setImmediate }) => ({ setTimeout, clearTimeout, setImmediate }) as TimerFunctions)
    .find(({ setTimeout }) => !isFake(setTimeout));
  return genuine ?? globals();
}

/** ms that have passed, whatever the date says: no fake clock stops it, and no change of the date moves it. */
export function monotonicNow(): number {
  realNow ??= findRealNow();
  return realNow ? realNow() : Date.now();
}

/** A fake clock puts its `now` on the object, or another object in its place: the one of the class is real. */
function findRealNow(): (() => number) | undefined {
  const perfHooks = nodeModule('perf_hooks') as { readonly performance: Timekeeper } | undefined; // Node's own, by its name
  const timekeeper = perfHooks?.performance ?? globals().performance;
  if (!timekeeper) return undefined;
  // An object in its place may have no class at all.
  const { now } = Object(Object.getPrototypeOf(timekeeper)) as Partial<Timekeeper>;
  return now && (() => now.call(timekeeper));
}

/** Looked for at once: a fake clock that comes later may be all that is to be found then. */
let realNow = findRealNow();
