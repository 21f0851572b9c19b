/**
 * The lifetime of one GraphQL request, or of one event of a subscription: a scheduler with its caches, and a scope. It ends
 * with the result, or is aborted when the client goes away.
 */
import { whenAborted } from '../core/abort-listeners';
import { CancelledError, ScopeClosedError } from '../core/errors';
import { isObject } from '../core/is-object';
import { begin } from '../future/execution';
import { PassiveSink } from '../future/passive-sink';
import { BatchScheduler, currentScheduler } from '../scheduler/batch-scheduler';
import type { ObservedOperation } from '../scheduler/instrumentation';
import { SchedulerLifetime } from '../scheduler/scheduler-lifetime';
import { Scope } from '../scope/scope';
import { titleOf } from './operation';
import type { RequestConfig } from './request-config';

/** Lifetimes of servers whose execution cannot be wrapped, by the context of the request. */
const byContext = new WeakMap<object, RequestLifetime>();

/** The lifetime of the scheduler of a request. It refers to the request, so that running code finds it. */
class RequestWaits extends SchedulerLifetime {
  constructor(readonly request: RequestLifetime) {
    super();
  }
}

export class RequestLifetime {
  readonly scheduler: BatchScheduler;
  readonly #title: string;
  readonly #waits = new RequestWaits(this);
  readonly #abortListeners = new Set<(reason: unknown) => void>();
  #scope: Scope | undefined;
  #unwatch: (() => void) | undefined;
  #aborted: { readonly reason: unknown } | undefined;
  #isOver = false;

  constructor(
    readonly operation: ObservedOperation,
    readonly context: unknown,
    private readonly config: RequestConfig,
  ) {
    const { policy, clock } = config;
    this.#title = titleOf(operation);
    this.scheduler = new BatchScheduler({ name: this.#title, ...(policy && { policy }), ...(clock && { clock }) });
    this.scheduler.lifetime = this.#waits;
    this.scheduler.operation = operation;
  }

  /** The lifetime of the running code, or that of the given context; undefined outside of all requests. */
  static find(context?: unknown): RequestLifetime | undefined {
    const bound = isObject(context) ? byContext.get(context) : undefined;
    if (bound) return bound;
    const { lifetime } = currentScheduler();
    return lifetime instanceof RequestWaits ? lifetime.request : undefined;
  }

  /** Returns the scope of the request, opened at the first call: an event of a subscription may come hours after its `next()`. */
  openScope(): Scope {
    if (this.#scope) return this.#scope;
    const { operation, scheduler } = this;
    this.#scope = new Scope({ name: this.#title, scheduler, errorMode: 'continue' }, { operation });
    if (this.#isOver) this.#scope.close();
    return this.#scope;
  }

  /** The lifetime of one event of this subscription: caches of an event are not those of an earlier one. */
  forEvent(): RequestLifetime {
    return new RequestLifetime({ ...this.operation, isEvent: true }, this.context, this.config);
  }

  /** Makes resolvers find this lifetime by the context, which must belong to this request alone. */
  bindToContext(): void {
    if (isObject(this.context)) byContext.set(this.context, this);
  }

  /** Whether the running code is part of the request. */
  get isEntered(): boolean {
    return currentScheduler() === this.scheduler;
  }

  /** Whether the request has its result, or was aborted. */
  get isOver(): boolean {
    return this.#isOver;
  }

  run<R>(work: () => R): R {
    return this.isEntered ? work() : this.scheduler.run(work);
  }

  /**
   * Called before each resolver.
   *
   * @throws CancelledError or ScopeClosedError if the request has ended: its result is not wanted any more
   */
  beforeResolver(): void {
    const refusal = this.#waits.refusal(() => false);
    if (refusal) throw refusal.error;
    this.openScope();
  }

  /** Called around the resolver of each root field of a mutation: what was loaded before a write may be old after it. */
  clearCaches(): void {
    this.#waits.clearCaches();
  }

  /** Aborts the request with the signal, unless it is a mutation, which runs to its end. */
  watch(signal: AbortSignal | undefined): void {
    if (!signal || (this.operation.type === 'mutation' && !this.config.cancelMutations)) return;
    this.#unwatch = whenAborted(signal, (reason) => {
      this.abort(reason);
    });
  }

  /** Calls the listener when the request is aborted; at once if that has happened, as a resolver may abort it. */
  onAbort(listener: (reason: unknown) => void): void {
    if (this.#aborted) listener(this.#aborted.reason);
    else this.#abortListeners.add(listener);
  }

  /** Cancels all work of the request. Flights without waiters in other requests are aborted. */
  abort(reason: unknown): void {
    // A listener may abort again.
    if (this.#isOver || this.#aborted) return;
    const cancellation = reason instanceof CancelledError ? reason : new CancelledError(reason);
    const listeners = [...this.#abortListeners];
    this.#aborted = { reason };
    this.#waits.cancel(cancellation);
    this.#scope?.cancel(cancellation);
    for (const listener of listeners) listener(reason);
    this.end();
  }

  /**
   * Ends the request. Its scope closes when the work that was started in it has ended; after that, waits
   * that are left fail with a `ScopeClosedError`.
   */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#unwatch?.();
    this.#abortListeners.clear();
    if (!this.#scope) {
      this.#endWaits();
      return;
    }
    const endWaits = (): void => {
      this.#endWaits();
    };
    // A passive sink: a failure of the scope is still reported as unhandled.
    const sink = new PassiveSink<void>({ frame: undefined, succeed: endWaits, fail: endWaits });
    this.#scope.close()[begin](sink, this.scheduler);
  }

  #endWaits(): void {
    // Started work keeps the scheduler among those that are listed.
    if (!this.#waits.hasWork) this.scheduler.unregister();
    const state = 'closed: the request has its result';
    this.#waits.end(() => new ScopeClosedError(this.#title, 'await', { state }));
  }
}
