/** The work of one task of a scope: what is run, with which argument, in which frame, and where it was started. */
import { canCaptureStack, captureStack } from '../core/call-site';
import type { Awaitable } from '../core/shape';
import type { Frame } from '../scheduler/frame';
import type { Scope } from './scope';
import type { ScopeResult } from './work';

/** The argument of a function that is started in a scope. */
export interface ScopeTask {
  /** Aborts when the task is cancelled. */
  readonly signal: AbortSignal;
  readonly scope: Scope;
}

/** An awaitable, or a function of one argument that returns one. */
export type ScopedWork<T> = Awaitable<T> | ((argument: unknown) => ScopeResult<T>);

export interface WorkOrigin {
  /** The frame in which the work runs. */
  readonly frame: Frame | undefined;
  /** The call site as text, for the error of a task that does not end. */
  readonly startedAt: string;
}

export interface ScopedTaskConfig<T> extends WorkOrigin {
  readonly work: ScopedWork<T>;
  /** The argument of the function: the task itself, or a value. */
  readonly argument: 'the task' | { readonly is: unknown };
  /** The position of the task in the order of starts. */
  readonly order: number;
}

type LibraryFunction = (...args: never[]) => unknown;

/** The call site of `callee` as text. It is captured only for a scope with `grace`, since a capture costs time. */
export function callSiteOf(callee: LibraryFunction, graceMs: number): string {
  if (graceMs === Infinity || !canCaptureStack) return UNKNOWN_CALL_SITE;
  return captureStack(callee).stack?.split('\n')[1]?.trim() ?? UNKNOWN_CALL_SITE;
}

const UNKNOWN_CALL_SITE = 'at an unknown call site';
