/**
 * `scoped` makes a future with a scope of its own: it has the value of its body, and settles when all work of the scope
 * has ended.
 */
import { titleSymbol } from '../core/describe';
import { isCancellation } from '../core/errors';
import { reportUnhandledFailure } from '../core/report';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { frameOn } from '../scheduler/frame';
import type { AsyncValue } from '../future/async-value';
import { begin, type Canceller, type Execution, type Sink } from '../future/execution';
import { Future } from '../future/future';
import { Scope } from './scope';
import { checkedOptions, type ScopeConfig } from './scope-config';
import { callSiteOf } from './scoped-task';
import { checkScopeFunction, type ScopeResult } from './work';

/**
 * Runs `body` in a new scope for each subscription, and has the value of `body` when the scope has closed.
 *
 * The future fails with the error of the body; with a `ScopeError` of all failures that no waiter has received; with a
 * `DeadlineError` after `timeout`; or with a `CancelledError` when the scope is cancelled. Unsubscribing cancels the scope.
 *
 * ```
 * body    ---s--s-----v|
 * tasks      ----|
 *               -----------|
 * scoped  ----------------v|
 * ```
 *
 * The idea is async-tamer's `AsyncScope`.
 *
 * @param body a function of the scope: plain, async, or a generator function as of a task
 * @param config the options of the scope
 * @throws TypeError at once for an invalid body or option.
 * @example
 * scoped(function* (scope) {
 *   const [one, two] = [scope.start(nameOf(1)), scope.start(nameOf(2))];
 *   return `${yield* one} and ${yield* two}`;
 * }, { timeout: 1_000 }).subscribe(console.log);
 */
export function scoped<T>(body: (scope: Scope) => ScopeResult<T>, config: ScopeConfig = {}): Future<T> {
  checkScopeFunction('scoped: body', 'a function of the scope', body);
  const { grace } = checkedOptions(config);
  return new ScopedFuture(body, config, callSiteOf(scoped, grace));
}

class ScopedFuture<T> extends Future<T> {
  constructor(
    private readonly body: (scope: Scope) => ScopeResult<T>,
    private readonly config: ScopeConfig,
    private readonly startedAt: string,
  ) {
    super();
  }

  /** @internal */
  override get [titleSymbol](): string {
    return 'a future of scoped()';
  }

  /** @internal */
  override [begin](sink: Sink<T>, scheduler: BatchScheduler): Execution {
    const scope = new Scope({ scheduler, ...this.config }, { frame: sink.frame, waiter: sink });
    const value = scope.runBody(this.body, { frame: frameOn(scope.scheduler, sink.frame), startedAt: this.startedAt });
    return new ScopedExecution(scope, value, sink).begin(scheduler);
  }
}

class ScopedExecution<T> implements Execution {
  #isOver = false;
  #isCancelled = false;
  #canceller: Canceller | undefined;

  constructor(
    private readonly scope: Scope,
    private readonly value: AsyncValue<T>,
    private readonly sink: Sink<T>,
  ) {}

  begin(scheduler: BatchScheduler): this {
    const closingSink: Sink<void> = {
      name: this.sink.name,
      parent: this.sink,
      frame: undefined,
      succeed: () => {
        this.#end();
      },
      fail: (error) => {
        this.#end({ error });
      },
    };
    this.scope.closing[begin](closingSink, scheduler);
    return this;
  }

  cancel(canceller?: Canceller): void {
    if (this.#isOver) return canceller?.cancelled();
    this.#isCancelled = true;
    this.#canceller = canceller;
    this.scope.cancel(canceller?.cancelReason ?? 'its last subscriber unsubscribed');
  }

  #end(closeFailure?: { readonly error: unknown }): void {
    this.#isOver = true;
    const { value } = this;
    const failure = closeFailure ?? (value.isError ? { error: value.error } : undefined);
    if (this.#isCancelled) {
      if (failure && !isCancellation(failure.error)) this.#reportUnreceived(failure.error);
      this.#canceller?.cancelled();
    } else if (failure) this.sink.fail(failure.error);
    else this.sink.succeed(value.value);
  }

  /** Reports a failure of a scope whose only waiter has unsubscribed. */
  #reportUnreceived(error: unknown): void {
    const work = this.sink.frame?.work;
    if (work) work.orphaned(error);
    else reportUnhandledFailure(`scope "${this.scope.name}"`, error);
  }
}
