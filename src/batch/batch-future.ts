/** The futures that a batch function gives. */
import { describeBatch, titled } from '../core/describe';
import { begin, type Execution, type Sink } from '../future/execution';
import { Future } from '../future/future';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { seam } from '../scheduler/probe';
import type { Waiter } from '../scheduler/waiter';
import { askAcross, beginAcross } from './bridge';
import { onBehalfOf, resolvingFlight } from './resolving';
import type { Worlds } from './worlds';

/** The future of a key, on one scheduler or on that of the asking task. */
export function futureOf<K, V>(worlds: Worlds<K, V>, key: K, scheduler: BatchScheduler | undefined): Future<V> {
  const flight = resolvingFlight();
  if (flight) return new ResolverFuture(worlds, key, { flight, asked: scheduler });
  return scheduler ? new FutureOn(worlds, key, scheduler) : new BatchFuture(worlds, key);
}

class BatchFuture<K, V> extends Future<V> {
  constructor(
    private readonly worlds: Worlds<K, V>,
    private readonly key: K,
  ) {
    super();
  }

  /** @internal */
  override get [titled](): string {
    return `a future of ${describeBatch(this.worlds.kind.options.name)}`;
  }

  /** @internal */
  override [begin](sink: Sink<V>, scheduler: BatchScheduler): Execution {
    const { substitute } = this.worlds.kind;
    if (!substitute) return this.ask(sink, scheduler);
    seam.probe?.note({ type: 'taken', future: this });
    const substituted = substitute(this.key, new GenuineFuture(this.worlds, this.key, this.asked));
    const { scheduler: far } = this.worlds.for(this.asked ?? scheduler);
    if (far === scheduler) return substituted[begin](sink, scheduler);
    const banks = { near: scheduler, far, batch: this.worlds.kind.options.name };
    return beginAcross(banks, sink, (there) => substituted[begin](there, far));
  }

  /** The scheduler that is asked, if it is not that of the asking task: on the prototype, since few futures have one. */
  declare protected readonly asked: BatchScheduler | undefined;

  protected ask(sink: Sink<V>, scheduler: BatchScheduler): Execution {
    const world = this.worlds.for(this.asked ?? scheduler);
    return world.scheduler === scheduler
      ? world.ask(this.key, sink, this)
      : askAcross(world, this.key, { sink, scheduler, future: this });
  }
}

/** A future that asks on one scheduler, whatever runs where it is begun. */
class FutureOn<K, V> extends BatchFuture<K, V> {
  constructor(
    worlds: Worlds<K, V>,
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
    worlds: Worlds<K, V>,
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
    worlds: Worlds<K, V>,
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
