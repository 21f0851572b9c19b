/** The end of a scope as an AsyncValue, which `Scope.close()` returns: the same value for all waiters. */
import { ScopeDeadlockError } from '../core/errors';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { Frame } from '../scheduler/frame';
import type { Waiter } from '../scheduler/waiter';
import { AsyncValue } from '../future/async-value';
import { begin, endedExecution, type Execution, type Sink } from '../future/execution';
import type { ClosingScope, LinkedScope } from './contract';
import { ScopedTask } from './scoped-task';

export class ScopeEnd extends AsyncValue<void> implements Waiter {
  constructor(private readonly scope: ClosingScope) {
    super();
  }

  get role(): 'scope' {
    return 'scope';
  }

  /** @internal */
  get parent(): Waiter | undefined {
    const { waiter, parent } = this.scope.parentLink;
    return this.firstWaiter ?? waiter ?? parent?.closing;
  }

  /** Cancels the scope, which then closes as usual. */
  override cancel(reason?: unknown): void {
    this.scope.cancel(reason);
  }

  /** @throws TypeError always: only the scope sets this value. */
  override set(): never {
    throw setByCaller('set');
  }

  /** @throws TypeError always: only the scope sets this value. */
  override fail(): never {
    throw setByCaller('fail');
  }

  /** @internal Called once by the scope, when it has closed. */
  settle(closeFailure: { readonly error: unknown } | undefined): void {
    if (closeFailure) super.fail(closeFailure.error);
    else super.set();
  }

  /** @internal */
  override [begin](sink: Sink<void>, scheduler: BatchScheduler): Execution {
    if (this.isSet || !isWorkOf(this.scope, sink.frame)) return super[begin](sink, scheduler);
    sink.fail(new ScopeDeadlockError(this.scope.name));
    return endedExecution;
  }

  override describe(): string {
    return `scope "${this.scope.name}" to close`;
  }

  /** @internal */
  override advance(): boolean {
    return this.scope.queue.advance();
  }
}

const setByCaller = (method: string): TypeError =>
  new TypeError(
    `Scope.close: ${method}() was called on the AsyncValue that close() returns. ` +
      'The scope sets this value itself, when it has closed. To end the scope sooner, call cancel(reason).',
  );

/** Whether code in this frame is unfinished work of the scope or of a scope within it, so that the scope waits for it. */
function isWorkOf(scope: ClosingScope, frame: Frame | undefined): boolean {
  for (let at = frame; at; at = at.outer) {
    if (!(at.work instanceof ScopedTask) || at.work.isOver) continue;
    for (let owner: LinkedScope | undefined = at.work.scope; owner; owner = owner.parentLink.parent)
      if (owner === scope) return true;
  }
  return false;
}
