/** The futures that a batch function returns. */
import { detectStores } from '../core/async-local';
import { describeBatch, titleSymbol } from '../core/describe';
import { begin, type Execution, type Sink } from '../future/execution';
import { Future } from '../future/future';
import { beginWithinLifetime } from '../future/lifetime-wait';
import { PromiseSink } from '../future/promise-sink';
import { ambient } from '../scheduler/ambient';
import { currentScheduler, type BatchScheduler } from '../scheduler/batch-scheduler';
import { instrumentation } from '../scheduler/instrumentation';
import type { Waiter } from '../scheduler/waiter';
import { beginAcross, loadAcross } from './cross-scheduler-load';
import { onBehalfOfFlight, resolvingFlight } from './resolving';
import type { BatchQueues } from './batch-queues';

/** The future of a key, loaded on `scheduler`, or on the scheduler of the calling task. */
export function futureOf<K, V>(queues: BatchQueues<K, V>, key: K, scheduler: BatchScheduler | undefined): Future<V> {
  const flight = resolvingFlight();
  if (flight) return new ResolverFuture(queues, key, { flight, target: scheduler });
  return scheduler ? new PinnedFuture(queues, key, scheduler) : new KeyFuture(queues, key);
}

class BatchFuture<K, V> extends Future<V> {
  constructor(
    protected readonly queues: BatchQueues<K, V>,
    protected readonly key: K,
  ) {
    super();
  }

  /** @internal */
  override get [titleSymbol](): string {
    return `a future of ${describeBatch(this.queues.definition.options.name)}`;
  }

  /** @internal */
  override [begin](sink: Sink<V>, scheduler: BatchScheduler): Execution {
    const { substitute } = this.queues.definition;
    if (!substitute) return this.load(sink, scheduler);
    instrumentation.current?.emit({ type: 'future-consumed', future: this });
    const substituted = substitute(this.key, new OriginalFuture(this.queues, this.key, this.target));
    const { scheduler: far } = this.queues.for(this.target ?? scheduler);
    if (far === scheduler) return substituted[begin](sink, scheduler);
    const schedulers = { near: scheduler, far, batch: this.queues.definition.options.name };
    return beginAcross(schedulers, sink, (farSink) => substituted[begin](farSink, far));
  }

  /**
   * The scheduler that loads the key, if it is not that of the calling task. Declared only, so that a future without one
   * has no field for it.
   */
  declare protected readonly target: BatchScheduler | undefined;

  protected load(sink: Sink<V>, scheduler: BatchScheduler): Execution {
    const queue = this.queues.for(this.target ?? scheduler);
    return queue.scheduler === scheduler
      ? queue.load(this.key, sink, this)
      : loadAcross(queue, this.key, { sink, scheduler, future: this });
  }
}

/** Whether a value is a future of a key. Waiters that begin at the same moment share one load of the key. */
export const isKeyFuture = (value: object): boolean => value instanceof BatchFuture;

/** The future of a call outside of resolvers. */
class KeyFuture<K, V> extends BatchFuture<K, V> {
  /** `await` adds the key to its batch directly if the load calls no function of the config. */
  override then<A = V, B = never>(
    onValue?: ((value: V) => A | PromiseLike<A>) | null,
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    const scheduler = currentScheduler();
    const queue = this.queues.for(this.target ?? scheduler);
    if (!queue.callsNoConfig || queue.scheduler !== scheduler || this.queues.definition.substitute) {
      return super.then(onValue, onError);
    }
    // A caller inside a drive may have entered a store that no capture has seen.
    if (ambient.scheduler) detectStores();
    // The sink has no frame, because nothing runs on behalf of the promise.
    return new Promise<V>((resolve, reject) => {
      const sink = new PromiseSink(this, resolve, reject);
      const { lifetime } = scheduler;
      if (!lifetime) queue.load(this.key, sink, this);
      else beginWithinLifetime({ scheduler, lifetime }, sink, (inner) => queue.load(this.key, inner, this));
    }).then(onValue, onError);
  }
}

/** A future that loads its key on one scheduler, independent of the scheduler of its subscriber. */
class PinnedFuture<K, V> extends KeyFuture<K, V> {
  constructor(
    queues: BatchQueues<K, V>,
    key: K,
    protected override readonly target: BatchScheduler,
  ) {
    super(queues, key);
  }
}

/** A future made by a resolver: its key is loaded on behalf of the flight of that resolver. */
class ResolverFuture<K, V> extends BatchFuture<K, V> {
  protected override readonly target: BatchScheduler | undefined;
  readonly #flight: Waiter;

  constructor(
    queues: BatchQueues<K, V>,
    key: K,
    { flight, target }: { readonly flight: Waiter; readonly target: BatchScheduler | undefined },
  ) {
    super(queues, key);
    this.target = target;
    this.#flight = flight;
  }

  protected override load(sink: Sink<V>, scheduler: BatchScheduler): Execution {
    return super.load(onBehalfOfFlight(this.#flight, sink), scheduler);
  }
}

/** A future of the original function, which ignores the substitute of a mock. */
class OriginalFuture<K, V> extends BatchFuture<K, V> {
  constructor(
    queues: BatchQueues<K, V>,
    key: K,
    protected override readonly target: BatchScheduler | undefined,
  ) {
    super(queues, key);
  }

  /** @internal */
  override [begin](sink: Sink<V>, scheduler: BatchScheduler): Execution {
    return this.load(sink, scheduler);
  }
}
