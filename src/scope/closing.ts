/** The end of a scope, as a value: one for all who wait for it. */
import { ScopeDeadlockError } from '../core/errors';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { Frame } from '../scheduler/frame';
import type { Waiter } from '../scheduler/waiter';
import { AsyncValue } from '../future/async-value';
import { begin, ended, type Execution, type Sink } from '../future/execution';
import type { Scope } from './scope';
import { ScopedTask } from './scoped-task';

export class Closing extends AsyncValue<void> implements Waiter {
  constructor(private readonly scope: Scope) {
    super();
  }

  /** All that is in a scope is waited for by its end. */
  get role(): 'scope' {
    return 'scope';
  }

  /** @internal */
  get above(): Waiter | undefined {
    const { above, parent } = this.scope.parentLink;
    return this.firstWaiter ?? above ?? parent?.closing;
  }

  /** To cancel the end of a scope is to cancel the scope; it ends all the same. */
  override cancel(reason?: unknown): void {
    this.scope.cancel(reason);
  }

  /** @throws TypeError, since the end of a scope comes when it has ended, and not by hand. */
  override set(): never {
    throw byHand('set');
  }

  /** @throws TypeError, since the end of a scope comes when it has ended, and not by hand. */
  override fail(): never {
    throw byHand('fail');
  }

  /** @internal The scope has ended so. */
  end(verdict: { readonly error: unknown } | undefined): void {
    if (verdict) super.fail(verdict.error);
    else super.set();
  }

  /** @internal */
  override [begin](sink: Sink<void>, scheduler: BatchScheduler): Execution {
    if (this.isSet || !isWorkOf(this.scope, sink.frame)) return super[begin](sink, scheduler);
    sink.fail(new ScopeDeadlockError(this.scope.name));
    return ended;
  }

  override describe(): string {
    return `scope "${this.scope.name}" to close`;
  }

  /** @internal */
  override advance(): boolean {
    return this.scope.queue.advance();
  }
}

const byHand = (method: string): TypeError =>
  new TypeError(`What Scope.close() gives cannot be ${method} by hand. Call cancel(reason) to hurry the scope.`);

/** Whether who waits there is what the scope waits for: work of it, or of a scope within it. */
function isWorkOf(scope: Scope, frame: Frame | undefined): boolean {
  for (let at = frame; at; at = at.outer) {
    if (!(at.work instanceof ScopedTask) || at.work.isOver) continue;
    for (let host: Scope | undefined = at.work.scope; host; host = host.parentLink.parent)
      if (host === scope) return true;
  }
  return false;
}
