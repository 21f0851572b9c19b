/** A value that is computed at its first use and then kept. The idea is asynq's `alazy_constant`. */
import { titleSymbol } from '../../core/describe';
import { checkOptions } from '../../core/options';
import { currentScheduler, type BatchScheduler } from '../../scheduler/batch-scheduler';
import { begin, type Execution, type Sink } from '../../future/execution';
import { Future } from '../../future/future';
import { BoundedStore } from '../../batch/cache/bounded-store';
import type { TaskResult } from '../../task/task';
import { checkedBounds } from './memoize-lru';
import { SharedCalls, type SharedCall } from './shared-calls';
import { runnerOf } from './shared-function';

export interface LazyConstantConfig {
  /**
   * Lifetime of the value, in ms of the scheduler's clock; an older value is computed anew.
   *
   * @defaultValue no limit
   */
  readonly ttl?: number;
}

/** A future whose value is computed once for all subscribers. */
export interface LazyConstant<T> extends Future<T> {
  /** Forgets the value. Waiters of a running computation still get its result; the next subscriber starts a new one. */
  clear(): void;
  /** The same as `clear`, since a constant has one value. */
  clearAll(): void;
}

/**
 * A future of the result of `fn`, which is called by the first subscription and not again. Subscriptions during that run
 * share it; it is cancelled when its last waiter unsubscribes. A failure is not kept. The source is asynq's
 * `alazy_constant`.
 *
 * The value is shared by all schedulers. A value computed during a `TestScheduler.run` is forgotten at the end of that
 * run.
 *
 * @param fn - A task or another function without parameters.
 * @throws TypeError at once if `fn` is not a function, or an option is invalid.
 * @example
 * const settings = lazyConstant(async () => (await fetch('/settings')).json(), { ttl: 60_000 });
 * const greet = task(function* () { return (yield* settings).greeting; });
 */
export function lazyConstant<R>(fn: () => R, config: LazyConstantConfig = {}): LazyConstant<TaskResult<R>> {
  checkOptions('lazyConstant', config, ['ttl']);
  const bounds = checkedBounds('lazyConstant', config);
  const run = runnerOf('lazyConstant', fn);
  return new LazyFuture(
    { name: fn.name, identity: 'the value', run: () => run() },
    new SharedCalls(() => new BoundedStore({ ...bounds, max: 1 }, () => currentScheduler().now())),
  );
}

class LazyFuture<T> extends Future<T> implements LazyConstant<T> {
  constructor(
    private readonly call: SharedCall<T>,
    private readonly calls: SharedCalls<T>,
  ) {
    super();
  }

  clear(): void {
    this.calls.clearAll();
  }

  clearAll(): void {
    this.calls.clearAll();
  }

  /** @internal */
  override get [titleSymbol](): string {
    return 'a lazyConstant';
  }

  /** @internal */
  override [begin](sink: Sink<T>, scheduler: BatchScheduler): Execution {
    return this.calls.begin(this.call, sink, scheduler);
  }
}
