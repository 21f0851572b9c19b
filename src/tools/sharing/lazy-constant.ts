/** A value that is computed when it is first asked for, and then kept. The idea is asynq's `alazy_constant`. */
import { titled } from '../../core/describe';
import { checkOptions } from '../../core/options';
import { currentScheduler, type BatchScheduler } from '../../scheduler/batch-scheduler';
import { begin, type Execution, type Sink } from '../../future/execution';
import { Future } from '../../future/future';
import { BoundedStore } from '../../batch/bounded-store';
import type { TaskResult } from '../../task/task';
import { checkedBounds } from './memoize-lru';
import { SharedCalls, type Call } from './shared-calls';
import { askedByMany } from './shared-function';

export interface LazyConstantConfig {
  /** It is computed anew after so many ms of the scheduler's clock (never). */
  readonly ttl?: number;
}

/** A future that is run once for all who ask. */
export interface LazyConstant<T> extends Future<T> {
  /** Who asks from now on has it computed anew. Who waits for it already gets what comes. */
  invalidate(): void;
}

/**
 * A future of what `fn` gives, which is called when the value is first asked for, and then no more. Those who ask
 * meanwhile wait for the same run; it is cancelled when none of them waits any more. A failure is not kept.
 *
 * What is kept is for all schedulers. What is kept during a `TestScheduler.run` ends with it.
 *
 * @throws TypeError at once if it is given no function, or a wrong option.
 * @example
 * const settings = lazyConstant(async () => (await fetch('/settings')).json(), { ttl: 60_000 });
 * const greet = task(function* () { return (yield* settings).greeting; });
 */
export function lazyConstant<R>(fn: () => R, config: LazyConstantConfig = {}): LazyConstant<TaskResult<R>> {
  checkOptions('lazyConstant', config, ['ttl']);
  const bounds = checkedBounds('lazyConstant', config);
  const ask = askedByMany('lazyConstant', fn);
  return new ComputedOnce(
    { name: fn.name, identity: 'its value', make: () => ask() },
    new SharedCalls(() => new BoundedStore({ ...bounds, max: 1 }, () => currentScheduler().now())),
  );
}

class ComputedOnce<T> extends Future<T> implements LazyConstant<T> {
  constructor(
    private readonly call: Call<T>,
    private readonly calls: SharedCalls<T>,
  ) {
    super();
  }

  invalidate(): void {
    this.calls.forgetAll();
  }

  /** @internal */
  override get [titled](): string {
    return 'a lazyConstant';
  }

  /** @internal */
  override [begin](sink: Sink<T>, scheduler: BatchScheduler): Execution {
    return this.calls.begin(this.call, sink, scheduler);
  }
}
