/**
 * The one probe there is, in place while somebody looks on: it tells all of them what happens, and knows who called
 * whom, and where from.
 */
import { reportUnhandled } from '../core/rx';
import { runningTask } from '../scheduler/ambient';
import { seam, type Note, type Probe } from '../scheduler/probe';
import { named, type Waiter } from '../scheduler/waiter';
import { CallSite } from './call-site';

export type Onlooker = (note: Note) => void;

/** Where futures were built is noted for the onlooker; or also told in stacks, trees and traces. */
export type Sites = 'noted' | 'told';

class Watch implements Probe {
  readonly #onlookers = new Set<Onlooker>();
  /** How many want to know where the library was called from, and how many want it to be told. */
  #noting = 0;
  #telling = 0;
  /** By future, and by who waits for a key. */
  readonly #sites = new WeakMap<object, CallSite>();
  readonly #callers = new WeakMap<Waiter, Waiter>();
  /** Who subscribes to something that is no future just now, and whose body ran as that began. */
  #subscribing: { readonly waiter: Waiter; readonly running: Waiter | undefined } | undefined;

  add(onlooker: Onlooker, sites: Sites | undefined): () => void {
    // Of its own, so that whoever looks on twice leaves once at a time.
    const entry: Onlooker = (note) => onlooker(note);
    this.#onlookers.add(entry);
    if (sites) this.#noting++;
    if (sites === 'told') this.#telling++;
    seam.probe = this;
    return () => {
      if (!this.#onlookers.delete(entry)) return;
      if (sites) this.#noting--;
      if (sites === 'told') this.#telling--;
      if (this.#onlookers.size === 0) seam.probe = undefined;
    };
  }

  note(note: Note): void {
    if (note.type === 'task began') this.#noteCaller(note.task);
    else if (this.#noting > 0) this.#noteSite(note);
    for (const onlooker of this.#onlookers) {
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
    return this.#telling > 0 ? this.placeOf(future)?.line : undefined;
  }

  placeOf(future: object | undefined): CallSite | undefined {
    return future && this.#sites.get(future);
  }

  siteHere(): string | undefined {
    return this.#noting > 0 ? new CallSite().line : undefined;
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

  #noteSite(note: Note): void {
    if (note.type === 'built') this.#sites.set(note.future, new CallSite(note.by));
    if (note.type !== 'asked' || !note.future) return;
    const site = this.#sites.get(note.future);
    if (site) this.#sites.set(note.waiter, site);
  }
}

const watch = new Watch();

/** Where a future was built, if somebody looked on who wants to know. */
export const siteWhere = (future: object | undefined): CallSite | undefined => watch.placeOf(future);

/** Tells `onlooker` all that happens from now on, until what comes back is called. */
export const lookOn = (onlooker: Onlooker, sites?: Sites): (() => void) => watch.add(onlooker, sites);
