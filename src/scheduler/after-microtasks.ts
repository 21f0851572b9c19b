/**
 * `afterMicrotasks` runs a function when the microtask queue is empty. On Node, `process.nextTick` called from a microtask
 * runs at that moment; on other platforms a new task of the event loop does. Neither function is trusted by its name: fake ones never
 * call back, and polyfills of `nextTick` are microtasks. A function is trusted after it has once called back, and later than
 * a chain of microtasks. Until then, a message of a `MessageChannel` races with it.
 */
import { fakeAsyncZone, globals, isFake, nodeModule, type Defer } from '../core/platform';

/** Number of microtasks to outlast, more than a polyfill of `nextTick` uses. */
const CHAIN_LENGTH = 32;

let trusted: Defer | undefined;
/** Functions that called back before the end of the chain of microtasks. */
const rejected = new WeakSet<Defer>();

/** Whether a trusted function is known. */
export const isTrusted = (): boolean => trusted !== undefined;

/** Whether a callback armed now will certainly run, even if a test or a zone ends before. */
export const isSureToFire = (): boolean => isTrusted() && globals().Zone === undefined;

/** Runs `fire` when the microtask queue is empty. Must be called from a microtask. */
export function afterMicrotasks(fire: () => void): void {
  if (trusted && !globals().Zone) trusted(fire);
  // In `fakeAsync`, the test decides when timers fire.
  else if (fakeAsyncZone()) globals().setTimeout(fire, 0);
  else if (trusted) patchedByZone(trusted)(fire);
  else race(fire);
}

/** The version of the function that zone.js has patched, which runs callbacks in the zone of the caller. */
function patchedByZone(trusted: Defer): Defer {
  const { Zone, process, setTimeout } = globals();
  if (!Zone?.__symbol__) return trusted;
  const original = Zone.__symbol__('OriginalDelegate');
  return [process?.nextTick, setTimeout].find((one) => one && Reflect.get(one, original) === trusted) ?? trusted;
}

function race(fire: () => void): void {
  let hasFired = false;
  const fireOnce = (): void => {
    if (hasFired) return;
    hasFired = true;
    cancelMessage?.();
    fire();
  };
  const cancelMessage = postMessageTo(globals().Zone?.current?.wrap?.(fireOnce, 'sluice') ?? fireOnce);
  const candidate = findCandidate();
  if (candidate) tryOut(candidate, fireOnce);
  else if (!cancelMessage) globals().setTimeout(fireOnce, 0);
}

function tryOut(candidate: Defer, onFire: () => void): void {
  let remaining = CHAIN_LENGTH;
  const countDown = (): unknown => --remaining > 0 && Promise.resolve().then(countDown);
  countDown();
  candidate(() => {
    if (remaining > 0) {
      rejected.add(candidate);
      void Promise.resolve().then(() => afterMicrotasks(onFire));
      return;
    }
    trusted ??= candidate;
    onFire();
  });
}

/** A real `nextTick`, or `setTimeout` where no `nextTick` exists. */
function findCandidate(): Defer | undefined {
  const { process, setTimeout } = globals();
  // Cast: the exports of Node's module, because the name says which.
  const ofNode = nodeModule('process') as typeof process;
  const all = [process?.nextTick, ofNode?.nextTick];
  const nextTicks = all.filter((one) => typeof one === 'function' && !rejected.has(one));
  if (nextTicks.length === 0) return isFake(setTimeout) ? undefined : setTimeout;
  return nextTicks.find((one) => one && !isFake(one));
}

/** Runs `fire` as a task of the event loop through a `MessageChannel`, which no test replaces. Returns a function that cancels. */
function postMessageTo(fire: () => void): (() => void) | undefined {
  // Cast: the exports of Node's module, because the name says which.
  const threads = nodeModule('worker_threads') as { readonly MessageChannel: typeof MessageChannel } | undefined;
  const Channel = globals().MessageChannel ?? threads?.MessageChannel;
  if (!Channel) return undefined;
  const { port1, port2 } = new Channel();
  port1.onmessage = fire;
  port2.postMessage(undefined);
  return () => {
    port1.close();
  };
}
