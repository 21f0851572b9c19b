/** The contents of a scope, which end before it does: its body, tasks, bound subscriptions, and child scopes. */
import { Subject, type Observable } from 'rxjs';
import type { CancelledError } from '../core/errors';
import { AsyncValue } from '../future/async-value';
import type { CancelSteps } from './cancellation';
import type { ChildScope } from './contract';
import type { ExitMode } from './scope-config';
import type { ScopedTask, TaskFailure } from './scoped-task';

/** One subscription that is bound to a scope. */
export interface BoundSubscription {
  /** Emits when the subscription must end. */
  readonly cancelled$: Observable<void>;
  /** Called when the subscription has ended. */
  readonly release: () => void;
}

export class ScopeChildren {
  body: ScopedTask<unknown> | undefined;
  readonly scopes = new Set<ChildScope>();
  /** Number of `scopes` that are drained: cancelled and empty, so that they need not be closed. */
  drainedScopes = 0;
  readonly #tasks = new Set<ScopedTask<unknown>>();
  readonly #bound = new Set<Subject<void>>();
  /** Tasks that have succeeded without a waiter. Kept only for `exitMode: 'throw'`, which reports them. */
  readonly #unreceived: Set<ScopedTask<unknown>> | undefined;
  #idle: AsyncValue<void> | undefined;

  constructor(exitMode: ExitMode | undefined) {
    if (exitMode === 'throw') this.#unreceived = new Set();
  }

  add(task: ScopedTask<unknown>): void {
    this.#tasks.add(task);
  }

  /** Returns whether `task` was one of the tasks: the body and finalisers are not. */
  remove(task: ScopedTask<unknown>): boolean {
    return this.#tasks.delete(task);
  }

  /** Called when a task or the body has ended. */
  taskEnded(task: ScopedTask<unknown>): void {
    this.remove(task);
    if (task !== this.body && !task.isError && !task.isReceived) this.#unreceived?.add(task);
    this.#notifyIfIdle();
  }

  bind(): BoundSubscription {
    const cancelled$ = new Subject<void>();
    this.#bound.add(cancelled$);
    const release = (): void => {
      this.#bound.delete(cancelled$);
      this.#notifyIfIdle();
    };
    return { cancelled$, release };
  }

  /**
   * Cancels the present tasks, the bound subscriptions, and the child scopes that are not shielded; later ones are not
   * cancelled. The body continues; a `cause` ends the present wait of the body with the failure of that task.
   */
  *cancel(cancellation: CancelledError, cause?: TaskFailure): CancelSteps {
    for (const task of [...this.#tasks]) task.cancel(cancellation);
    for (const scope of [...this.scopes]) if (!scope.options.shield) yield scope.cancelSteps(cancellation);
    for (const cancelled$ of [...this.#bound]) cancelled$.next();
    if (cause) this.body?.interrupt(cause);
  }

  /** Tasks, running or ended, that never had a waiter. */
  unawaited(): ScopedTask<unknown>[] {
    return [...(this.#unreceived ?? []), ...this.#tasks].filter((task) => !task.isReceived && !task.isAwaited);
  }

  /** Steps of a task that end when the scope is empty. Child scopes are closed when nothing else runs, newest first. */
  *waitUntilEmpty(): Generator<unknown, void, never> {
    let oldestFirst: ChildScope[] = [];
    for (;;) {
      while (!this.#isIdle) yield (this.#idle ??= new AsyncValue<void>());
      if (oldestFirst.length === 0) oldestFirst = [...this.scopes];
      const newest = oldestFirst.pop();
      if (!newest) return;
      newest.close();
      yield newest.closed$; // a wait for the value of `close()` would count as receiving its failure
    }
  }

  /** Whether only drained scopes remain. */
  get isDrained(): boolean {
    return this.#isIdle && this.scopes.size === this.drainedScopes;
  }

  #notifyIfIdle(): void {
    if (!this.#idle || !this.#isIdle) return;
    const idle = this.#idle;
    this.#idle = undefined;
    idle.set();
  }

  get #isIdle(): boolean {
    return this.#tasks.size === 0 && this.#bound.size === 0 && this.body?.isOver !== false;
  }
}
