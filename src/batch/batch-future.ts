/** The futures that a batch function gives. */
import { describeBatch, titled } from '../core/describe';
import { begin, type Execution, type Sink } from '../future/execution';
import { Future } from '../future/future';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { instrumentation } from '../scheduler/instrumentation';
import type { Waiter } from '../scheduler/waiter';
import { askAcross, beginAcross } from './cross-scheduler-load';
import { onBehalfOf, resolvingFlight } from './resolving';
import type { BatchQueues } from './batch-queues';

/** The future of a key, on one scheduler or on that of the asking task. */
export function futureOf<K, V>(worlds: BatchQueues<K, V>, key: K, scheduler: BatchScheduler | undefined): Future<V> {
  const flight = resolvingFlight();
  if (flight) return new ResolverFuture(worlds, key, { flight, asked: scheduler });
  return scheduler ? new FutureOn(worlds, key, scheduler) : new BatchFuture(worlds, key);
}

class BatchFuture<K, V> extends Future<V> {
  constructor(
    private readonly queues: BatchQueues<K, V>,
    private readonly key: K,
  ) {
    super();
  }

  /** @internal */
  override get [titled](): string {
    return `a future of ${describeBatch(this.queues.definition.options.name)}`;
  }

  /** @internal */
  override [begin](sink: Sink<V>, scheduler: BatchScheduler): Execution {
    const { substitute } = this.queues.definition;
    if (!substitute) return this.ask(sink, scheduler);
    instrumentation.current?.emit({ type: 'taken', future: this });
    const substituted = substitute(this.key, new GenuineFuture(this.queues, this.key, this.asked));
    const { scheduler: far } = this.queues.for(this.asked ?? scheduler);
    if (far === scheduler) return substituted[begin](sink, scheduler);
    const banks = { near: scheduler, far, batch: this.queues.definition.options.name };
    return beginAcross(banks, sink, (there) => substituted[begin](there, far));
  }

  /** The scheduler that is asked, if it is not that of the asking task: on the prototype, since few futures have one. */
  declare protected readonly asked: BatchScheduler | undefined;

  protected ask(sink: Sink<V>, scheduler: BatchScheduler): Execution {
    const world = this.queues.for(this.asked ?? scheduler);
    return world.scheduler === scheduler
      ? world.ask(this.key, sink, this)
      : askAcross(world, this.key, { sink, scheduler, future: this });
  }
}

/** A future that asks on one scheduler, whatever runs where it is begun. */
class FutureOn<K, V> extends BatchFuture<K, V> {
  constructor(
    worlds: BatchQueues<K, V>,
    key: K,
    protected override readonly asked: BatchScheduler,
  ) {
    super(worlds, key);
  }
}

/** Asked for by a resolver. */
class ResolverFuture<K, V> extends BatchFuture<K, V> {
  protected override readonly asked: BatchScheduler | undefined;
  readonly #flight: Waiter;

  constructor(
    worlds: BatchQueues<K, V>,
    key: K,
    by: { readonly flight: Waiter; readonly asked: BatchScheduler | undefined },
  ) {
    super(worlds, key);
    this.asked = by.asked;
    this.#flight = by.flight;
  }

  protected override ask(sink: Sink<V>, scheduler: BatchScheduler): Execution {
    return super.ask(onBehalfOf(this.#flight, sink), scheduler);
  }
}

/** As it would be if nothing had been put in the place of its function. */
class GenuineFuture<K, V> extends BatchFuture<K, V> {
  constructor(
    worlds: BatchQueues<K, V>,
    key: K,
    protected override readonly asked: BatchScheduler | undefined,
  ) {
    super(worlds, key);
  }

  /** @internal */
  override [begin](sink: Sink<V>, scheduler: BatchScheduler): Execution {
    return this.ask(sink, scheduler);
  }
}
