/**
 * The moment when no microtask is left. In Node, `process.nextTick` from within a microtask comes just then; elsewhere
 * a task of its own does. Neither is trusted by its name: there are fake ones that never come, and polyfills of
 * `nextTick` that are microtasks. Until one has shown that it comes, and that it comes after a chain of microtasks, a
 * message races with it.
 */
import { fakeAsyncZone, globals, isFake, nodeModule, type Defer } from '../core/platform';

/** Longer than any chain of promises that a polyfill is made of. */
const CHAIN = 32;

let trusted: Defer | undefined;
/** Those that came too early. */
const refuted = new WeakSet<Defer>();

/** Whether there is a function that has shown when it comes. */
export const isTrusted = (): boolean => trusted !== undefined;

/** Whether what is armed now is sure to come, whatever test or zone ends before. */
export const isSureToCome = (): boolean => isTrusted() && globals().Zone === undefined;

/** For a caller that is a microtask. */
export function afterMicrotasks(fire: () => void): void {
  // The timers of `fakeAsync` come when the test says so, as all else in it.
  if (fakeAsyncZone()) globals().setTimeout(fire, 0);
  else if (trusted) inItsZone(trusted)(fire);
  else race(fire);
}

/** What zone.js has made of it, so that what is called finds itself in the zone of the caller. */
function inItsZone(trusted: Defer): Defer {
  const { Zone, process, setTimeout } = globals();
  if (!Zone?.__symbol__) return trusted;
  const original = Zone.__symbol__('OriginalDelegate');
  return [process?.nextTick, setTimeout].find((one) => one && Reflect.get(one, original) === trusted) ?? trusted;
}

function race(fire: () => void): void {
  let hasFired = false;
  const first = (): void => {
    if (hasFired) return;
    hasFired = true;
    forgo?.();
    fire();
  };
  const forgo = byMessage(globals().Zone?.current?.wrap?.(first, 'sluice') ?? first);
  const candidate = nextCandidate();
  if (candidate) tryOut(candidate, first);
  else if (!forgo) globals().setTimeout(first, 0);
}

function tryOut(candidate: Defer, onCome: () => void): void {
  let left = CHAIN;
  const count = (): unknown => --left > 0 && Promise.resolve().then(count);
  count();
  candidate(() => {
    if (left > 0) {
      refuted.add(candidate);
      void Promise.resolve().then(() => afterMicrotasks(onCome));
      return;
    }
    trusted ??= candidate;
    onCome();
  });
}

/** A `nextTick` that is real; where there is none at all, `setTimeout`. */
function nextCandidate(): Defer | undefined {
  const { process, setTimeout } = globals();
  const ofNode = nodeModule('process') as typeof process; // Node's own, by its name
  const all = [process?.nextTick, ofNode?.nextTick];
  const nextTicks = all.filter((one) => typeof one === 'function' && !refuted.has(one));
  if (nextTicks.length === 0) return isFake(setTimeout) ? undefined : setTimeout;
  return nextTicks.find((one) => one && !isFake(one));
}

/** Calls it as a task, by what no test replaces; the result takes that back. */
function byMessage(fire: () => void): (() => void) | undefined {
  const threads = nodeModule('worker_threads') as { readonly MessageChannel: typeof MessageChannel } | undefined; // likewise
  const Channel = globals().MessageChannel ?? threads?.MessageChannel;
  if (!Channel) return undefined;
  const { port1, port2 } = new Channel();
  port1.onmessage = fire;
  port2.postMessage(undefined);
  return () => {
    port1.close();
  };
}
