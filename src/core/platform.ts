/**
 * Platform functions (timers, clocks, modules of Node) are looked up at their real source. Tests replace timers and clocks
 * before the library is loaded, afterwards, or while a task waits, so the global name alone does not identify the real function.
 */
export type Defer = (fire: () => void) => unknown;

interface NodeProcess {
  readonly nextTick?: Defer;
  readonly getBuiltinModule?: (name: string) => unknown;
}

/** The class `Zone` of zone.js. */
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
  /** Exists on Node only. */
  readonly setImmediate?: Defer;
}

interface Globals extends TimerFunctions {
  readonly process?: NodeProcess;
  readonly setInterval: unknown;
  readonly performance?: PerformanceClock;
  readonly MessageChannel?: typeof MessageChannel;
  readonly Zone?: ZoneClass;
}

interface PerformanceClock {
  now(): number;
}

/** The current globals, including fakes installed by a test and functions patched by zone.js. */
export const globals = (): Globals => globalThis as Globals;

/** A built-in module of Node; undefined on other platforms. The module is the real one, also inside the sandbox of a test runner. */
export const nodeModule = (name: string): unknown => globals().process?.getBuiltinModule?.(name);

/**
 * Whether a function belongs to a fake clock. `@sinonjs/fake-timers` (used by jest, vitest and sinon) puts a property `clock`
 * on its functions; the legacy fake timers of jest are mock functions.
 */
export const isFake = (candidate: object): boolean => 'clock' in candidate || '_isMockFunction' in candidate;

/** The current `fakeAsync` zone of zone.js. Its timers and microtasks are its own and end with it. */
export const fakeAsyncZone = (): unknown => globals().Zone?.current?.get?.('FakeAsyncTestZoneSpec');

/** The current source of timers. Timers of an earlier source may never fire. */
export const timerSource = (): unknown => fakeAsyncZone() ?? globals().setInterval;

/** Whether the current timers belong to a fake clock, which may drop them. */
export const areTimersFake = (): boolean => isFake(globals().setInterval as object);

/** Longest delay in ms of a platform timer. Node and browsers replace a longer delay by 1 ms. */
export const LONGEST_DELAY = 2 ** 31 - 1;

let cachedRealTimers: TimerFunctions | undefined;

/** Timers that no fake clock controls; fake ones only where real ones were never seen. */
export function realTimers(): TimerFunctions {
  // Cast: the exports of Node's module, because the name says which.
  cachedRealTimers ??= [nodeModule('timers') as TimerFunctions | undefined, globals()]
    .filter((timers) => timers !== undefined)
    .map(({ setTimeout, clearTimeout, setImmediate }) => ({ setTimeout, clearTimeout, setImmediate }) as TimerFunctions)
    .find(({ setTimeout }) => !isFake(setTimeout));
  return cachedRealTimers ?? globals();
}

/** Monotonic time in ms. Fake clocks and changes of the system date do not affect it. */
export function monotonicNow(): number {
  realNow ??= findRealNow();
  return realNow ? realNow() : Date.now();
}

/** Finds the `now` of the class `Performance`: a fake clock replaces the method on the object, or the whole object. */
function findRealNow(): (() => number) | undefined {
  // Cast: the exports of Node's module, because the name says which.
  const perfHooks = nodeModule('perf_hooks') as { readonly performance: PerformanceClock } | undefined;
  const performance = perfHooks?.performance ?? globals().performance;
  if (!performance) return undefined;
  // A replaced `performance` may be an object without a class.
  const { now } = Object(Object.getPrototypeOf(performance)) as Partial<PerformanceClock>;
  return now && (() => now.call(performance));
}

/** Found while the module is loaded, since a fake clock installed later may hide the real one. */
let realNow = findRealNow();
