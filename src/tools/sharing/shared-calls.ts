/**
 * Calls distinguished by an identity: equal calls wait for the same run, and with a store its value is kept for later
 * calls. A failure reaches all waiters and is never kept.
 *
 * A run belongs to one scheduler and one time domain, because in another domain it never ends. Stored values are shared
 * by all schedulers; values of a `TestScheduler.run` are forgotten at its end, as in the caches of batch functions.
 */
import { titleSymbol } from '../../core/describe';
import type { Settlement } from '../../core/outcome';
import { printable } from '../../core/printable';
import { PerTimeDomain } from '../../core/per-time-domain';
import type { BatchScheduler } from '../../scheduler/batch-scheduler';
import type { SchedulerState } from '../../scheduler/scheduler-state';
import { begin, endedExecution, type Beginnable, type Execution, type Sink } from '../../future/execution';
import { Future } from '../../future/future';
import type { CacheStore } from '../../batch/cache/cache-store';
import { SharedRun } from './shared-run';

export interface SharedCall<V> {
  readonly name: string;
  readonly identity: string;
  /** Calls the task; each call makes a new future. */
  readonly run: () => Beginnable<V>;
}

interface SharedRunEnd<V> {
  readonly identity: string;
  readonly run: SharedRun<V>;
  /** Undefined for a cancelled run. */
  readonly outcome: Settlement<V> | undefined;
}

export class SharedCalls<V> {
  readonly #runs = new Map<SchedulerState, Map<string, SharedRun<V>>>();
  readonly #stores: PerTimeDomain<CacheStore> | undefined;

  constructor(makeStore?: () => CacheStore) {
    this.#stores = makeStore && new PerTimeDomain(makeStore);
  }

  /** A future of the stored value, of the value of a current run, or of that of a new run. */
  future(call: SharedCall<V>): Future<V> {
    return new SharedFuture(this, call);
  }

  begin(call: SharedCall<V>, sink: Sink<V>, scheduler: BatchScheduler): Execution {
    const { state } = scheduler;
    const stored = this.#findStored(state, call.identity);
    if (stored) {
      sink.succeed(stored.value);
      return endedExecution;
    }
    const current = this.#runs.get(state)?.get(call.identity);
    if (current && !current.isWaitingFor(sink)) return current.join(sink);
    const run = new SharedRun<V>(call.name, scheduler, (outcome) => {
      this.#onRunEnd(state, { identity: call.identity, run, outcome });
    });
    // A call from within the current run cannot wait for that run; its own run is not shared with others.
    if (!current) this.#runsOf(state).set(call.identity, run);
    return run.begin(call.run, sink);
  }

  /** Makes the next call with this identity start a new run. Waiters of a current run still get its result. */
  clear(identity: string): void {
    for (const state of this.#runs.keys()) this.#removeRun(state, identity);
    this.#stores?.current.delete(identity);
    this.#stores?.real.delete(identity);
  }

  clearAll(): void {
    this.#runs.clear();
    this.#stores?.current.clear();
    this.#stores?.real.clear();
  }

  #onRunEnd(state: SchedulerState, { identity, run, outcome }: SharedRunEnd<V>): void {
    // A run that was cleared, or that began within another run of the call, is not in the map.
    if (this.#runs.get(state)?.get(identity) !== run) return;
    this.#removeRun(state, identity);
    if (outcome && !outcome.isError && !state.isPast) this.#storeOf(state)?.set(identity, outcome.value);
  }

  #removeRun(state: SchedulerState, identity: string): void {
    const runs = this.#runs.get(state);
    runs?.delete(identity);
    if (runs?.size === 0) this.#runs.delete(state);
  }

  #runsOf(state: SchedulerState): Map<string, SharedRun<V>> {
    const known = this.#runs.get(state);
    if (known) return known;
    // Runs that an earlier run of virtual time left unfinished never end.
    if (state.real) for (const other of this.#runs.keys()) if (other.isPast) this.#runs.delete(other);
    const runs = new Map<string, SharedRun<V>>();
    this.#runs.set(state, runs);
    return runs;
  }

  #findStored(state: SchedulerState, identity: string): { readonly value: V } | undefined {
    const stored = find(this.#storeOf(state), identity) ?? (state.real && find(this.#stores?.real, identity));
    return stored as { readonly value: V } | undefined; // Cast: a stored value, because `#onRunEnd` stored it.
  }

  #storeOf(state: SchedulerState): CacheStore | undefined {
    return state.real ? this.#stores?.current : this.#stores?.real;
  }
}

function find(store: CacheStore | undefined, identity: string): { readonly value: unknown } | undefined {
  // `get` comes before `has`: a value with a `ttl` may expire between the two.
  const value = store?.get(identity);
  return value !== undefined || store?.has(identity) ? { value } : undefined;
}

class SharedFuture<V> extends Future<V> {
  constructor(
    private readonly calls: SharedCalls<V>,
    private readonly call: SharedCall<V>,
  ) {
    super();
  }

  /** @internal */
  override get [titleSymbol](): string {
    return `a future of "${printable(this.call.name)}"`;
  }

  /** @internal */
  override [begin](sink: Sink<V>, scheduler: BatchScheduler): Execution {
    return this.calls.begin(this.call, sink, scheduler);
  }
}
