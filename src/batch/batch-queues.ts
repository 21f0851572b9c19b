/**
 * The queues of a batch function: one for each scheduler and time domain, because a flight of one of them never ends in
 * another.
 */
import { batchScheduler, type BatchScheduler } from '../scheduler/batch-scheduler';
import type { SchedulerState } from '../scheduler/scheduler-state';
import { PartitionedCache } from './cache/partitioned-cache';
import { BatchQueue, type BatchDefinition } from './batch-queue';
import type { PendingKey } from './pending-key';

export class BatchQueues<K, V> {
  readonly #byState = new WeakMap<SchedulerState, BatchQueue<K, V>>();
  /** The queue for real time on the permanent scheduler: nearly always the one that is used. */
  #permanent: BatchQueue<K, V> | undefined;
  /** The scheduler that lives as long as the batch function. */
  readonly #permanentScheduler: BatchScheduler;

  constructor(readonly definition: BatchDefinition<K, V>) {
    this.#permanentScheduler = definition.options.scheduler ?? batchScheduler;
  }

  /** The queue for a call on this scheduler. */
  for(scheduler: BatchScheduler): BatchQueue<K, V> {
    const target = this.definition.options.scheduler ?? scheduler;
    return this.#of(target, target.state);
  }

  #of(scheduler: BatchScheduler, state: SchedulerState): BatchQueue<K, V> {
    if (this.#permanent?.state === state) return this.#permanent;
    let queue = this.#byState.get(state);
    if (!queue) {
      queue = new BatchQueue(this.definition, scheduler, { state, cache: this.#cacheOf(scheduler, state) });
      this.#byState.set(state, queue);
    }
    // No other queue is referenced: the scheduler of a request is collected together with its cache.
    if (scheduler === this.#permanentScheduler && !state.real) this.#permanent = queue;
    return queue;
  }

  #cacheOf(scheduler: BatchScheduler, { real }: SchedulerState): PartitionedCache<V, PendingKey<K, V>> | undefined {
    const { cache, partitionOf } = this.definition.options;
    if (cache === false) return undefined;
    const isOfMutation = scheduler.operation?.type === 'mutation';
    const made = new PartitionedCache<V, PendingKey<K, V>>({
      config: cache,
      isPartitioned: partitionOf !== undefined,
      isOfMutation,
      now: () => scheduler.now(),
      real: real && this.#of(scheduler, real).cache,
    });
    if (isOfMutation) scheduler.lifetime?.addCache(made);
    return made;
  }
}
