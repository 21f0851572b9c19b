/**
 * The one probe there is, in place while somebody looks on: it tells all of them what happens, and knows who called
 * whom, and where from.
 */
import { reportUnhandled } from '../../core/rx';
import { runningTask } from '../../scheduler/ambient';
import { instrumentation, type InstrumentationEvent, type Instrumentation } from '../../scheduler/instrumentation';
import { named, type Waiter } from '../../scheduler/waiter';
import { CallSite } from './call-site';

export type InstrumentationListener = (note: InstrumentationEvent) => void;

/** Where futures were built is noted for the onlooker; or also told in stacks, trees and traces. */
export type CallSiteUse = 'noted' | 'told';

class InstrumentationHub implements Instrumentation {
  readonly #listeners = new Set<InstrumentationListener>();
  /** How many want to know where the library was called from, and how many want it to be told. */
  #siteListeners = 0;
  #siteReaders = 0;
  /** By future, and by who waits for a key. */
  readonly #sites = new WeakMap<object, CallSite>();
  readonly #callers = new WeakMap<Waiter, Waiter>();
  /** Who subscribes to something that is no future just now, and whose body ran as that began. */
  #subscribing: { readonly waiter: Waiter; readonly running: Waiter | undefined } | undefined;

  add(onlooker: InstrumentationListener, sites: CallSiteUse | undefined): () => void {
    // Of its own, so that whoever looks on twice leaves once at a time.
    const entry: InstrumentationListener = (note) => onlooker(note);
    this.#listeners.add(entry);
    if (sites) this.#siteListeners++;
    if (sites === 'told') this.#siteReaders++;
    instrumentation.current = this;
    return () => {
      if (!this.#listeners.delete(entry)) return;
      if (sites) this.#siteListeners--;
      if (sites === 'told') this.#siteReaders--;
      if (this.#listeners.size === 0) instrumentation.current = undefined;
    };
  }

  emit(note: InstrumentationEvent): void {
    if (note.type === 'task-began') this.#noteCaller(note.task);
    else if (this.#siteListeners > 0) this.#noteSite(note);
    for (const onlooker of this.#listeners) {
      try {
        onlooker(note);
      } catch (error) {
        // Whoever looks on must not harm what it looks at.
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
    return named(task.above) ?? this.#callers.get(task);
  }

  siteOf(future: object | undefined): string | undefined {
    return this.#siteReaders > 0 ? this.placeOf(future)?.line : undefined;
  }

  placeOf(future: object | undefined): CallSite | undefined {
    return future && this.#sites.get(future);
  }

  siteHere(): string | undefined {
    return this.#siteListeners > 0 ? new CallSite().line : undefined;
  }

  /** Results may go through Observables and callbacks; then it is whoever runs as it begins. */
  #noteCaller(task: Waiter): void {
    if (named(task.above)) return;
    const running = runningTask();
    // What began to run while it was subscribed to is nearer than who subscribes.
    const isNearer = running !== this.#subscribing?.running;
    const caller = (isNearer && running) || (named(this.#subscribing?.waiter) ?? running);
    if (caller) this.#callers.set(task, caller);
  }

  #noteSite(note: InstrumentationEvent): void {
    if (note.type === 'built') this.#sites.set(note.future, new CallSite(note.by));
    if (note.type !== 'asked' || !note.future) return;
    const site = this.#sites.get(note.future);
    if (site) this.#sites.set(note.waiter, site);
  }
}

const hub = new InstrumentationHub();

/** Where a future was built, if somebody looked on who wants to know. */
export const siteWhere = (future: object | undefined): CallSite | undefined => hub.placeOf(future);

/** Tells `onlooker` all that happens from now on, until what comes back is called. */
export const listenToInstrumentation = (onlooker: InstrumentationListener, sites?: CallSiteUse): (() => void) =>
  hub.add(onlooker, sites);
