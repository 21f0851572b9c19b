/** What is in a scope, and ends before it: its body, tasks, subscriptions that are bound to it, and scopes within. */
import { Subject, type Observable } from 'rxjs';
import type { CancelledError } from '../core/errors';
import { AsyncValue } from '../future/async-value';
import type { Cancelling } from './cancellation';
import type { Scope } from './scope';
import type { ExitMode } from './scope-config';
import type { TaskFailure } from './failures';
import type { ScopedTask } from './scoped-task';

export interface Binding {
  /** Emits when the subscription is to end. */
  readonly cancelled$: Observable<void>;
  /** It has ended. */
  readonly release: () => void;
}

export class ScopeChildren {
  body: ScopedTask<unknown> | undefined;
  readonly children = new Set<Scope>();
  /** How many of the children need not be closed. */
  vacatedChildren = 0;
  readonly #tasks = new Set<ScopedTask<unknown>>();
  readonly #bound = new Set<Subject<void>>();
  /** Tasks that ended well, and that nobody had waited for by then; kept only where they are complained of. */
  readonly #unclaimed: Set<ScopedTask<unknown>> | undefined;
  #idle: AsyncValue<void> | undefined;

  constructor(exitMode: ExitMode | undefined) {
    if (exitMode === 'throw') this.#unclaimed = new Set();
  }

  add(task: ScopedTask<unknown>): void {
    this.#tasks.add(task);
  }

  /** False if it was none of the tasks. */
  remove(task: ScopedTask<unknown>): boolean {
    return this.#tasks.delete(task);
  }

  /** A task, or the body. */
  ended(task: ScopedTask<unknown>): void {
    this.remove(task);
    if (task !== this.body && !task.isError && !task.isReceived) this.#unclaimed?.add(task);
    this.#lookWhetherIdle();
  }

  bind(): Binding {
    const cancelled$ = new Subject<void>();
    this.#bound.add(cancelled$);
    const release = (): void => {
      this.#bound.delete(cancelled$);
      this.#lookWhetherIdle();
    };
    return { cancelled$, release };
  }

  /**
   * Tasks that are in it now, what is bound, and scopes that are not shielded; not what comes later. The body goes on,
   * unless its wait is to end with the failure of a task.
   */
  *cancel(cancellation: CancelledError, cause?: TaskFailure): Cancelling {
    for (const task of [...this.#tasks]) task.cancel(cancellation);
    for (const child of [...this.children]) if (!child.options.shield) yield child.cancelling(cancellation);
    for (const cancelled$ of [...this.#bound]) cancelled$.next();
    if (cause) this.body?.interrupt(cause);
  }

  /** Tasks, ended or not, that nobody has waited for, nor waits for. */
  unawaited(): ScopedTask<unknown>[] {
    return [...(this.#unclaimed ?? []), ...this.#tasks].filter((task) => !task.isReceived && !task.isAwaited);
  }

  /** In a task: goes on when nothing is left. The scopes within are closed, the last first, when nothing else runs. */
  *emptied(): Generator<unknown, void, never> {
    let eldestFirst: Scope[] = [];
    for (;;) {
      while (!this.#isIdle) yield (this.#idle ??= new AsyncValue<void>());
      if (eldestFirst.length === 0) eldestFirst = [...this.children];
      const youngest = eldestFirst.pop();
      if (!youngest) return;
      youngest.close();
      yield youngest.closed$; // to wait for what `close` gives would be to receive its failure
    }
  }

  /** Nothing is in it but children that need not be closed, nor will be once the scope is cancelled. */
  get isVacant(): boolean {
    return this.#isIdle && this.children.size === this.vacatedChildren;
  }

  #lookWhetherIdle(): void {
    if (!this.#idle || !this.#isIdle) return;
    const idle = this.#idle;
    this.#idle = undefined;
    idle.set();
  }

  get #isIdle(): boolean {
    return this.#tasks.size === 0 && this.#bound.size === 0 && this.body?.isOver !== false;
  }
}
