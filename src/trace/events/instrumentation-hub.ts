/**
 * The instrumentation hub is installed as `instrumentation.current` while it has listeners. It passes each event on to
 * all of them, and records which task called which and where futures were built.
 */
import { reportUnhandled } from '../../core/rx';
import { runningTask } from '../../scheduler/ambient';
import { instrumentation, type InstrumentationEvent, type Instrumentation } from '../../scheduler/instrumentation';
import { nearestWithRole, type Waiter } from '../../scheduler/waiter';
import { CallSite } from './call-site';

export type InstrumentationListener = (event: InstrumentationEvent) => void;

/** Call sites are only captured, for the listener itself; or they are also shown in stacks, trees and traces. */
export type CallSiteUse = 'captured' | 'shown';

class InstrumentationHub implements Instrumentation {
  readonly #listeners = new Set<InstrumentationListener>();
  /** The number of listeners that need call sites, and of those that show them. */
  #capturing = 0;
  #showing = 0;
  /** By future, and by the waiter of a key. */
  readonly #sites = new WeakMap<object, CallSite>();
  readonly #callers = new WeakMap<Waiter, Waiter>();
  /** The waiter that subscribes to an Observable just now, and the task that ran when the subscription began. */
  #subscribing: { readonly waiter: Waiter; readonly running: Waiter | undefined } | undefined;

  add(listener: InstrumentationListener, sites: CallSiteUse | undefined): () => void {
    // A listener that is added twice needs two entries in the set, so that each is removed by itself.
    const entry: InstrumentationListener = (event) => listener(event);
    this.#listeners.add(entry);
    if (sites) this.#capturing++;
    if (sites === 'shown') this.#showing++;
    instrumentation.current = this;
    return () => {
      if (!this.#listeners.delete(entry)) return;
      if (sites) this.#capturing--;
      if (sites === 'shown') this.#showing--;
      if (this.#listeners.size === 0) instrumentation.current = undefined;
    };
  }

  emit(event: InstrumentationEvent): void {
    if (event.type === 'task-began') this.#recordCaller(event.task);
    else if (this.#capturing > 0) this.#recordSite(event);
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // A listener must not harm the program that it observes.
        reportUnhandled(error);
      }
    }
  }

  within<R>(waiter: Waiter, work: () => R): R {
    const outer = this.#subscribing;
    this.#subscribing = { waiter, running: runningTask() };
    try {
      return work();
    } finally {
      this.#subscribing = outer;
    }
  }

  callerOf(task: Waiter): Waiter | undefined {
    return nearestWithRole(task.parent) ?? this.#callers.get(task);
  }

  siteOf(future: object | undefined): string | undefined {
    return this.#showing > 0 ? this.capturedSiteOf(future)?.line : undefined;
  }

  capturedSiteOf(future: object | undefined): CallSite | undefined {
    return future && this.#sites.get(future);
  }

  siteHere(): string | undefined {
    return this.#capturing > 0 ? new CallSite().line : undefined;
  }

  /** A task whose results go through an Observable or a callback has no parent. Its caller is the running task. */
  #recordCaller(task: Waiter): void {
    if (nearestWithRole(task.parent)) return;
    const running = runningTask();
    // A task that started to run during the subscription is a nearer caller than the subscriber.
    const isNearer = running !== this.#subscribing?.running;
    const caller = (isNearer && running) || (nearestWithRole(this.#subscribing?.waiter) ?? running);
    if (caller) this.#callers.set(task, caller);
  }

  #recordSite(event: InstrumentationEvent): void {
    if (event.type === 'future-created') this.#sites.set(event.future, new CallSite(event.by));
    if (event.type !== 'key-requested' || !event.future) return;
    const site = this.#sites.get(event.future);
    if (site) this.#sites.set(event.waiter, site);
  }
}

const hub = new InstrumentationHub();

/** Where a future was built, if a listener has had call sites captured by then. */
export const capturedSiteOf = (future: object | undefined): CallSite | undefined => hub.capturedSiteOf(future);

/** Passes all events from now on to `listener`. The returned function removes it. */
export const listenToInstrumentation = (listener: InstrumentationListener, sites?: CallSiteUse): (() => void) =>
  hub.add(listener, sites);
