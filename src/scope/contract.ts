/**
 * The contract between a scope and its parts: what a task, the AsyncValue that `close()` returns and a parent need of a
 * scope. The class
 * `Scope` knows all parts; the parts know a scope by these interfaces.
 */
import type { Observable } from 'rxjs';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { Waiter } from '../scheduler/waiter';
import type { CancelSteps } from './cancellation';
import type { Failures } from './failures';
import type { ScopeOptions } from './scope-config';

/** A scope with a link to its parent. */
export interface LinkedScope {
  readonly name: string;
  readonly parentLink: { readonly parent?: LinkedScope; readonly waiter?: Waiter | undefined };
  /** The waiter for the end of the scope. */
  readonly closing: Waiter;
  /** The queue of tasks that wait for their start. `advance` returns false if no task can be started or continued. */
  readonly queue: { advance(): boolean };
}

/** A scope as its tasks know it: they notify it of their failures and of their ends. */
export interface TaskScope<Task> extends LinkedScope {
  readonly scheduler: BatchScheduler;
  readonly options: ScopeOptions;
  readonly failures: Failures;
  /** Called before a task settles with a failure. */
  taskFailed(failed: Task, error: unknown): void;
  /** Called when a task has ended. */
  taskEnded(task: Task): void;
}

/** A scope as the AsyncValue that `close()` returns knows it. */
export interface ClosingScope extends LinkedScope {
  cancel(reason: unknown): void;
}

/** A scope as its parent knows it: the parent cancels it and closes it. */
export interface ChildScope {
  readonly options: ScopeOptions;
  readonly closed$: Observable<void>;
  cancelSteps(reason: unknown): CancelSteps;
  close(): unknown;
}
