/**
 * Calls that are told apart by an identity: while one is on its way, equal ones wait for it; and if there is a store for
 * that, its value is kept for those to come. A failure is told to all who wait for it, and never kept.
 *
 * What is on its way belongs to a scheduler and an era of time, since in another it never comes. What is kept is for all
 * schedulers; but what a `TestScheduler.run` has learnt ends with it, as with the caches of batch functions.
 */
import { titled } from '../../core/describe';
import type { Outcome } from '../../core/outcome';
import { printable } from '../../core/printable';
import { PerTimeDomain } from '../../core/per-time-domain';
import type { BatchScheduler } from '../../scheduler/batch-scheduler';
import type { SchedulerState } from '../../scheduler/scheduler-state';
import { begin, ended, type Beginnable, type Execution, type Sink } from '../../future/execution';
import { Future } from '../../future/future';
import type { CacheStore } from '../../batch/cache';
import { SharedRun } from './shared-run';

export interface Call<V> {
  readonly name: string;
  readonly identity: string;
  /** Calls the task, anew each time. */
  readonly make: () => Beginnable<V>;
}

interface Over<V> {
  readonly identity: string;
  readonly run: SharedRun<V>;
  /** Undefined when it was cancelled. */
  readonly outcome: Outcome<V> | undefined;
}

export class SharedCalls<V> {
  readonly #runs = new Map<SchedulerState, Map<string, SharedRun<V>>>();
  readonly #kept: PerTimeDomain<CacheStore> | undefined;

  constructor(makeStore?: () => CacheStore) {
    this.#kept = makeStore && new PerTimeDomain(makeStore);
  }

  /** A future of its value: the one that is kept, that of a run which is on its way, or that of a new one. */
  future(call: Call<V>): Future<V> {
    return new SharedFuture(this, call);
  }

  begin(call: Call<V>, sink: Sink<V>, scheduler: BatchScheduler): Execution {
    const { state: era } = scheduler;
    const kept = this.#recall(era, call.identity);
    if (kept) {
      sink.succeed(kept.value);
      return ended;
    }
    const known = this.#runs.get(era)?.get(call.identity);
    if (known && !known.isWaitingFor(sink)) return known.join(sink);
    const run = new SharedRun<V>(call.name, scheduler, (outcome) => {
      this.#over(era, { identity: call.identity, run, outcome });
    });
    // A call from within that very run cannot wait for it, and nor can others for that call.
    if (!known) this.#runsIn(era).set(call.identity, run);
    return run.begin(call.make, sink);
  }

  /** Who asks from now on begins anew. Those who wait already get what comes. */
  forget(identity: string): void {
    for (const era of this.#runs.keys()) this.#leave(era, identity);
    this.#kept?.current.delete(identity);
    this.#kept?.real.delete(identity);
  }

  forgetAll(): void {
    this.#runs.clear();
    this.#kept?.current.clear();
    this.#kept?.real.clear();
  }

  #over(era: SchedulerState, { identity, run, outcome }: Over<V>): void {
    // It may have been forgotten, or be one that began within another.
    if (this.#runs.get(era)?.get(identity) !== run) return;
    this.#leave(era, identity);
    if (outcome && !outcome.isError && !era.isPast) this.#storeOf(era)?.set(identity, outcome.value);
  }

  #leave(era: SchedulerState, identity: string): void {
    const runs = this.#runs.get(era);
    runs?.delete(identity);
    if (runs?.size === 0) this.#runs.delete(era);
  }

  #runsIn(era: SchedulerState): Map<string, SharedRun<V>> {
    const known = this.#runs.get(era);
    if (known) return known;
    // What a run of virtual time has left midway never ends.
    if (era.real) for (const other of this.#runs.keys()) if (other.isPast) this.#runs.delete(other);
    const runs = new Map<string, SharedRun<V>>();
    this.#runs.set(era, runs);
    return runs;
  }

  #recall(era: SchedulerState, identity: string): { readonly value: V } | undefined {
    const kept = find(this.#storeOf(era), identity) ?? (era.real && find(this.#kept?.real, identity));
    return kept as { readonly value: V } | undefined; // `#over` put it there
  }

  #storeOf(era: SchedulerState): CacheStore | undefined {
    return era.real ? this.#kept?.current : this.#kept?.real;
  }
}

function find(store: CacheStore | undefined, identity: string): { readonly value: unknown } | undefined {
  // Before `has`, never after it: what has a time to live may come to its end between the two.
  const value = store?.get(identity);
  return value !== undefined || store?.has(identity) ? { value } : undefined;
}

class SharedFuture<V> extends Future<V> {
  constructor(
    private readonly calls: SharedCalls<V>,
    private readonly call: Call<V>,
  ) {
    super();
  }

  /** @internal */
  override get [titled](): string {
    return `a future of "${printable(this.call.name)}"`;
  }

  /** @internal */
  override [begin](sink: Sink<V>, scheduler: BatchScheduler): Execution {
    return this.calls.begin(this.call, sink, scheduler);
  }
}
