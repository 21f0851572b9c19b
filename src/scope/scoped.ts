/**
 * A future with a scope of its own: it runs a body, has its value, and is over when all that was started in the scope is.
 */
import { titled } from '../core/describe';
import { isCancellation } from '../core/errors';
import { reportLost } from '../core/report';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { frameOn } from '../scheduler/frame';
import type { AsyncValue } from '../future/async-value';
import { begin, type Canceller, type Execution, type Sink } from '../future/execution';
import { Future } from '../future/future';
import { Scope } from './scope';
import { checkedOptions, type ScopeConfig } from './scope-config';
import { callerOf } from './call-site';
import { checkFunction, type ScopeResult } from './work';

/**
 * Fails with what its body throws; with a `ScopeError` of all failures nobody was told of; with a `DeadlineError` when
 * its time is over; with a `CancelledError` when it is cancelled. To unsubscribe is to cancel the scope.
 *
 * ```
 * body    ---s--s-----v|
 * tasks      ----|
 *               -----------|
 * scoped  ----------------v|
 * ```
 *
 * @throws TypeError at once for a body or an option that makes no sense.
 * @example
 * scoped(function* (scope) {
 *   const [one, two] = [scope.start(nameOf(1)), scope.start(nameOf(2))];
 *   return `${yield* one} and ${yield* two}`;
 * }, { timeout: 1_000 }).subscribe(console.log);
 */
export function scoped<T>(body: (scope: Scope) => ScopeResult<T>, config: ScopeConfig = {}): Future<T> {
  checkFunction('scoped: its body', 'a function of the scope', body);
  const { grace } = checkedOptions(config);
  return new ScopedFuture(body, config, callerOf(scoped, grace));
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
  override get [titled](): string {
    return 'a future of scoped()';
  }

  /** @internal */
  override [begin](sink: Sink<T>, scheduler: BatchScheduler): Execution {
    const scope = new Scope({ scheduler, ...this.config }, { frame: sink.frame, above: sink });
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
    const end: Sink<void> = {
      name: this.sink.name,
      above: this.sink,
      frame: undefined,
      succeed: () => {
        this.#end();
      },
      fail: (error) => {
        this.#end({ error });
      },
    };
    this.scope.closing[begin](end, scheduler);
    return this;
  }

  cancel(canceller?: Canceller): void {
    if (this.#isOver) return canceller?.cancelled();
    this.#isCancelled = true;
    this.#canceller = canceller;
    this.scope.cancel('nobody waits for it any more');
  }

  #end(verdict?: { readonly error: unknown }): void {
    this.#isOver = true;
    const { value } = this;
    const outcome = verdict ?? (value.isError ? { error: value.error } : undefined);
    if (this.#isCancelled) {
      if (outcome && !isCancellation(outcome.error)) this.#report(outcome.error);
      this.#canceller?.cancelled();
    } else if (outcome) this.sink.fail(outcome.error);
    else this.sink.succeed(value.value);
  }

  /** Whoever waited for it has left. */
  #report(error: unknown): void {
    const work = this.sink.frame?.work;
    if (work) work.orphaned(error);
    else reportLost(`scope "${this.scope.name}"`, error);
  }
}
