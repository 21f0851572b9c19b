/** What a task of a scope is made of, and what its function is handed. */
import type { Awaitable } from '../core/shape';
import type { Frame } from '../scheduler/frame';
import type { Scope } from './scope';
import type { ScopeResult } from './work';

/** What a function that is started in a scope is handed. */
export interface ScopeTask {
  /** Aborts when the task is cancelled. */
  readonly signal: AbortSignal;
  readonly scope: Scope;
}

/** What is run: something to wait for, or a function of one argument that gives it. */
export type ScopedWork<T> = Awaitable<T> | ((argument: unknown) => ScopeResult<T>);

export interface Origin {
  /** What is on around it. */
  readonly frame: Frame | undefined;
  /** Where it was started, in words; for when it will not end. */
  readonly startedAt: string;
}

export interface TaskConfig<T> extends Origin {
  readonly work: ScopedWork<T>;
  /** What the function is called with. */
  readonly argument: 'the task' | { readonly is: unknown };
  /** Its place in the order of starting. */
  readonly order: number;
}
