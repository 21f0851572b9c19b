/**
 * A deadlock of slots: all slots that a call needs are held by calls that wait for it, directly or through other calls. The
 * calls around a call are found in its chain of waiters, so a call of other code is never taken for an inner one.
 */
import { printable } from '../core/printable';
import type { Waiter } from '../scheduler/waiter';
import { LimitedRun } from './limited-run';

/** Longest chain of waiters that is searched. Tasks nest deeper only in a recursion. */
const MAX_CHAIN = 1_000;

/** Records which calls wait for a waiting call. Returns whether there are any. */
export function linkToOuter(run: LimitedRun): boolean {
  let outer: LimitedRun[] | undefined;
  let waiter = run.parent;
  for (let step = 0; waiter && step < MAX_CHAIN; step++) {
    if (waiter instanceof LimitedRun) (outer ??= []).push(waiter);
    waiter = waiter.parent;
  }
  run.outer = outer;
  if (!outer) return false;
  for (const each of outer) (each.inner ??= new Set()).add(run);
  return true;
}

/** Called when a call waits no more. */
export function unlinkFromOuter(run: LimitedRun): void {
  if (!run.outer) return;
  for (const each of run.outer) each.inner?.delete(run);
  run.outer = undefined;
}

/** The call that keeps a waiting call from starting for ever; undefined if the waiting call can start some time. */
export function findHolder(run: LimitedRun): LimitedRun | undefined {
  // The usual case costs one look at each holder: the calls that wait for no other one leave enough slots.
  if (canStart(run, isWaitingHolder)) return undefined;
  const stuck = waitingHolders(run);
  const isStuck = (holder: LimitedRun): boolean => stuck.has(holder);
  for (let before = -1; before !== stuck.size;) {
    before = stuck.size;
    for (const holder of stuck) {
      if ([...(holder.inner ?? [])].every((inner) => canStart(inner, isStuck))) stuck.delete(holder);
    }
  }
  if (canStart(run, isStuck)) return undefined;
  return run.outer?.find((outer) => stuck.has(outer)) ?? [...stuck][0];
}

const isWaitingHolder = ({ inner }: LimitedRun): boolean => inner !== undefined && inner.size > 0;

/** All calls that hold a slot which the call needs, and wait themselves; and those that keep these from going on. */
function waitingHolders(run: LimitedRun): Set<LimitedRun> {
  const found = new Set<LimitedRun>();
  const needing = [run];
  for (let next = needing.pop(); next; next = needing.pop()) {
    for (const { holders } of next.host.slotBounds(next)) {
      for (const holder of holders) {
        if (!isWaitingHolder(holder) || found.has(holder)) continue;
        found.add(holder);
        needing.push(...(holder.inner ?? []));
      }
    }
  }
  return found;
}

/** Whether a call finds its slots free once all calls but the stuck ones have ended. */
const canStart = (run: LimitedRun, isStuck: (holder: LimitedRun) => boolean): boolean =>
  run.host.slotBounds(run).every(({ concurrency, needed, holders }) => {
    const held = holders.filter(isStuck);
    const slots = held.reduce((sum, { options }) => sum + options.slots, 0);
    return held.length === 0 || slots + needed <= concurrency;
  });

/** The holder as a message names it: by its own name, or by the task that it runs. */
export function describeHolder(holder: LimitedRun): string {
  if (holder.options.name !== undefined) return `call "${holder.options.name}"`;
  const [inner] = holder.inner ?? [];
  let task: Waiter | undefined;
  for (let waiter = inner?.parent; waiter && waiter !== holder; waiter = waiter.parent) if (waiter.role) task = waiter;
  return task ? `${task.role ?? ''} "${printable(task.name ?? '')}"` : 'another call';
}
